/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's calls to firmware, which HCR_EL2.TSC traps. */
#ifndef HYP_SMC_H
#define HYP_SMC_H

#include "cpu.h"
#include "types.h"

#define SMC_REGS	18

/* The call itself: x0 to x17 in and out. May not return (CPU_OFF). */
void smc_call(u64 x[SMC_REGS]);

/* An SMC of the host's: answered in the frame. esr is its syndrome. */
void host_smc(struct hyp_frame *frame, u64 esr);

/*
 * For an exception that was taken from EL2 itself: ends the running call if it was an SMC
 * that this machine does not have, which is undefined for the host then. Returns otherwise.
 */
void smc_undefined(struct hyp_cpu *cpu);

#endif
