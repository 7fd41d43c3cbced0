/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage-2 aborts of the host, as the CPU reports them. */
#ifndef HYP_HOST_ABORT_H
#define HYP_HOST_ABORT_H

#include "cpu.h"
#include "types.h"

/* An abort of the host at EL1 or EL0, with its syndrome: resolved, or given back as a fault. */
void host_abort(struct hyp_frame *frame, u64 esr);

#endif
