/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw hypercalls to the EL2 image; pkvm_hcall_req() in request.h also answers hyp requests. */
#ifndef PKVM_KMOD_HCALL_H
#define PKVM_KMOD_HCALL_H

#include <linux/arm-smccc.h>

#include <pkvm/hypercall.h>

/*
 * One hypercall. Arguments in regs->a1 to a7, results in regs->a2 to a17 (see
 * hypercall.h). Any context, never sleeps. Returns EL2's errno; -EIO when EL2 is
 * dead (the first caller to see that prints the crash record), -ENXIO when EL2
 * is not ours on this CPU, -EOPNOTSUPP when EL2 does not know the call.
 */
int pkvm_hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs);

#endif
