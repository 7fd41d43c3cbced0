// SPDX-License-Identifier: GPL-2.0-only
/* The policy for calls to firmware, by owner and function (smccc.h has the documents). */
#include "smc_policy.h"

#include "smccc.h"

static enum smc_verdict psci(unsigned int function)
{
	switch (function) {
	case PSCI_VERSION:
	case PSCI_AFFINITY_INFO:
	case PSCI_FEATURES:
		return SMC_PASS;
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_SYSTEM_RESET2:
		return SMC_END;
	case PSCI_CPU_ON:
		return SMC_CPU_ON;
	case PSCI_CPU_OFF:
		return SMC_CPU_OFF;
	case PSCI_CPU_SUSPEND:
		return SMC_CPU_SUSPEND;
	case PSCI_SYSTEM_SUSPEND:
		return SMC_SYSTEM_SUSPEND;
	default:
		return SMC_REFUSE;
	}
}

/* What shares memory with the secure world names it by address. */
static enum smc_verdict ffa(unsigned int function)
{
	if (function == FFA_RXTX_MAP || function == FFA_RXTX_UNMAP ||
	    (function >= FFA_MEM_DONATE && function <= FFA_MEM_FRAG_TX) ||
	    function == FFA_MEM_PERM_GET || function == FFA_MEM_PERM_SET)
		return SMC_REFUSE;
	return SMC_PASS;
}

/* SDEI, behind PSCI, is refused: it runs the host's code at the level it came from, EL2. */
static enum smc_verdict standard(unsigned int function)
{
	if (function <= PSCI_LAST)
		return psci(function);
	if (function >= FFA_FIRST && function <= FFA_LAST)
		return ffa(function);
	return function >= TRNG_FIRST && function <= TRNG_LAST ? SMC_PASS : SMC_REFUSE;
}

/* A trusted OS takes addresses, in fast and in yielding calls: these are not known well enough. */
enum smc_verdict smc_policy(u32 id)
{
	if (!(id & SMCCC_FAST))
		return SMC_REFUSE;
	switch (SMCCC_OWNER(id)) {
	case SMCCC_OWNER_ARCH:
	case SMCCC_OWNER_CPU:
	case SMCCC_OWNER_SIP:
	case SMCCC_OWNER_OEM:
		return SMC_PASS;
	case SMCCC_OWNER_STANDARD:
		return standard(SMCCC_FUNCTION(id));
	default:
		return SMC_REFUSE;
	}
}

void smc_widen(u64 *x)
{
	if (x[0] & SMCCC_64)
		return;
	x[0] |= SMCCC_64;
	for (unsigned int i = 1; i <= 3; i++)
		x[i] = (u32)x[i];
}
