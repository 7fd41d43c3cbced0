/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may become of the host's calls to firmware. Firmware is told addresses and runs above
 * EL2: it must neither run the host's code at EL2 nor let others into EL2's pages.
 */
#ifndef HYP_SMC_POLICY_H
#define HYP_SMC_POLICY_H

#include "types.h"

enum smc_verdict {
	SMC_REFUSE,	/* NOT_SUPPORTED, and the firmware hears nothing of it */
	SMC_PASS,	/* as it is, with all its registers */
	SMC_END,	/* the same, but it is the machine's end: EL2's secrets go first */
	SMC_CPU_ON,	/* relayed: these name code that a CPU is to run (psci.h) */
	SMC_CPU_OFF,
	SMC_CPU_SUSPEND,
	SMC_SYSTEM_SUSPEND,
};

/* Of a function id, any value. The hint bits have no part in it. */
enum smc_verdict smc_policy(u32 id);

/*
 * Makes of a call of 32 bits, in x0 to x3, the same one of 64 bits: firmware looks at the
 * lower half only of what is in registers of the former, and EL2 has addresses to put there.
 */
void smc_widen(u64 *x);

#endif
