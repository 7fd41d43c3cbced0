/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's own start: what it has one of, set up from the loader's boot record. */
#ifndef HYP_INIT_H
#define HYP_INIT_H

#include <pkvm/boot.h>

#include "heap.h"

/* Serves every object of EL2. */
extern struct hyp_heap main_heap;

/*
 * Once, on the first CPU, before any hypercall and before other CPUs enter. The
 * boot record must stay mapped and unchanged. Returns 0, or -HYP_EINVAL for a
 * record that makes no sense.
 */
int hyp_init(const struct pkvm_boot *boot);

#endif
