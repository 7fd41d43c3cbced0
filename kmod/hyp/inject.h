/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions that EL2 makes the host take. */
#ifndef HYP_INJECT_H
#define HYP_INJECT_H

#include "cpu.h"
#include "types.h"

/* Whether the host was at EL0, in either execution state, when it came here. */
bool host_was_at_el0(const struct hyp_frame *frame);

/*
 * Makes the host go on in its vector for a synchronous exception to EL1, with this
 * syndrome, where it would have been had EL1 taken it. FAR_EL1 is the caller's business.
 */
void inject_sync(struct hyp_frame *frame, u64 esr);

#endif
