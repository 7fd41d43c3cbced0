/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers of a hypercall. */
#ifndef FAKE_LINUX_ARM_SMCCC_H
#define FAKE_LINUX_ARM_SMCCC_H

struct arm_smccc_1_2_regs {
	unsigned long a0, a1, a2, a3, a4, a5, a6, a7, a8;
	unsigned long a9, a10, a11, a12, a13, a14, a15, a16, a17;
};

#endif
