/* SPDX-License-Identifier: GPL-2.0-only */
/* HVC as the kernel's hyp stub understands it; <asm/virt.h> has the stub's numbers. */
#ifndef PKVM_KMOD_EL2_CALL_H
#define PKVM_KMOD_EL2_CALL_H

#include <linux/arm-smccc.h>
#include <asm/virt.h>

/* A number that no stub knows: its answer tells who listens at EL2, and nothing happens. */
#define STUB_PROBE	0xff

/* One HVC; all of x0 to x17 in and out. Any context. */
static inline void el2_hvc(struct arm_smccc_1_2_regs *regs)
{
	arm_smccc_1_2_hvc(regs, regs);
}

#endif
