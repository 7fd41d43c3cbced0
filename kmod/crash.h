/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's death, as the host sees it. */
#ifndef PKVM_KMOD_CRASH_H
#define PKVM_KMOD_CRASH_H

#include <linux/types.h>

#include <pkvm/hypercall.h>

/* Whether EL2 is in dead mode, as far as a hypercall has told. Any context. */
bool pkvm_is_dead(void);

/*
 * A hypercall has been answered with -EIO: EL2 is dead. The first caller reads and
 * prints the crash record, notifies, and pins the module. Any context.
 */
void pkvm_found_dead(void);

/* The crash record. Returns 0, or -ENODATA while EL2 lives, with *ret untouched. Any context. */
int pkvm_crash_get(struct pkvm_crash *ret);

/* "bug", "exception", "stack overflow"; "unknown" for a reason the ABI does not define. */
const char *pkvm_crash_reason(u64 reason);

#endif
