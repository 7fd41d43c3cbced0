// SPDX-License-Identifier: GPL-2.0-only
/* The host's SMCs: refused, passed on, or relayed. */
#include "smc.h"

#include "inject.h"
#include "panic.h"
#include "psci.h"
#include "scrub.h"
#include "smc_policy.h"
#include "smccc.h"
#include "string.h"
#include "sysreg.h"

/* The immediate operand. SMCCC: anything but 0 is reserved. */
#define ESR_SMC_IMM(esr)	((esr) & 0xffff)

#define INSN_SIZE		4

/* entry.S, smc_call.S: the two places from which EL2 calls. */
extern const char smc_insn[], smc_fast_insn[];

/*
 * RAM outlives a reset, and the next kernel may be anybody's. A scrub that fails is EL2's death:
 * the host calls again, and is let go.
 */
static u64 end_of_machine(u64 *x)
{
	if (!hyp_is_dead()) {
		hyp_retire();
		scrub_all();
	}
	smc_call(x);
	return x[0];
}

static u64 call(struct hyp_frame *frame, enum smc_verdict verdict)
{
	switch (verdict) {
	case SMC_PASS:
		smc_call(frame->x);
		return frame->x[0];
	case SMC_END:
		return end_of_machine(frame->x);
	case SMC_CPU_ON:
		return psci_cpu_on(frame->x);
	case SMC_CPU_OFF:
		return psci_cpu_off(frame->x);
	case SMC_CPU_SUSPEND:
		return psci_cpu_suspend(frame->x);
	case SMC_SYSTEM_SUSPEND:
		return psci_system_suspend(frame->x);
	case SMC_REFUSE:
		break;
	}
	return SMCCC_NOT_SUPPORTED;
}

/* Trapped, not executed: ELR_EL2 is the instruction's own address (Arm ARM D1.3, HCR_EL2.TSC). */
void host_smc(struct hyp_frame *frame, u64 esr)
{
	struct hyp_cpu *cpu = this_cpu();
	enum smc_verdict verdict = SMC_REFUSE;

	if (!ESR_SMC_IMM(esr))
		verdict = smc_policy((u32)frame->x[0] & ~SMCCC_SVE_HINT);
	if (verdict == SMC_REFUSE)
		cpu->smcs_refused++;
	else
		cpu->smcs_passed++;
	frame->x[0] = call(frame, verdict);
	frame->elr += INSN_SIZE;
}

/* The fast path had saved no more than this; the rest is as the exception found it. */
static void complete_frame(struct hyp_cpu *cpu, struct hyp_frame *frame)
{
	memcpy(&frame->x[2], &cpu->crash_x[2], 16 * sizeof(u64));
	memcpy(&frame->x[19], &cpu->crash_x[19], 12 * sizeof(u64));
	frame->elr -= INSN_SIZE;
}

void smc_undefined(struct hyp_cpu *cpu)
{
	struct hyp_frame *frame = cpu_frame(cpu);
	u64 pc = read_sysreg(elr_el2);

	if (ESR_EC(read_sysreg(esr_el2)) != ESR_EC_UNKNOWN)
		return;
	if (pc != (u64)smc_insn && pc != (u64)smc_fast_insn)
		return;
	if (pc == (u64)smc_fast_insn)
		complete_frame(cpu, frame);
	inject_sync(frame, (u64)ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL);
	exit_now(frame, EXIT_TO_HOST);
}
