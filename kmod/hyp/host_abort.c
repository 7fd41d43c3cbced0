// SPDX-License-Identifier: GPL-2.0-only
/* The host's stage-2 aborts: from syndrome registers to the decision, and what the host gets. */
#include "host_abort.h"

#include "arch.h"
#include "host_fault.h"
#include "inject.h"
#include "panic.h"
#include "sysreg.h"

static bool is_instruction_abort(u64 esr)
{
	return ESR_EC(esr) == ESR_EC_IABT_LOW;
}

/*
 * The host gets the abort as its own, with a fault status of EL2's choice: it has the
 * address that it used, not where that lies. Neither the instruction's description nor
 * that a walk was on its way concerns stage 1.
 */
static void inject_abort(struct hyp_frame *frame, u64 esr, u64 fsc)
{
	u64 ec = is_instruction_abort(esr) ? ESR_EC_IABT_LOW : ESR_EC_DABT_LOW;
	u64 keep = ESR_IL | ESR_FNV;

	/* The classes of aborts from the same level are the next ones. */
	if (!host_was_at_el0(frame))
		ec++;
	if (!is_instruction_abort(esr))
		keep |= ESR_WNR | ESR_CM;
	write_sysreg(read_sysreg(far_el2), far_el1);
	inject_sync(frame, ec << ESR_EC_SHIFT | (esr & keep) | fsc);
}

static u64 flags(const struct hyp_frame *frame, u64 esr)
{
	u64 info = (u64)this_cpu()->number << PKVM_VIOLATION_CPU_SHIFT;

	if (is_instruction_abort(esr))
		info |= PKVM_VIOLATION_EXEC;
	else if (esr & ESR_WNR)
		info |= PKVM_VIOLATION_WRITE;
	if (esr & ESR_S1PTW)
		info |= PKVM_VIOLATION_WALK;
	if (host_was_at_el0(frame))
		info |= PKVM_VIOLATION_EL0;
	return info;
}

/*
 * HPFAR_EL2 is valid for every translation fault, be it on the host's own table walk.
 * A violation becomes an alignment fault, the only one that any kernel takes for what
 * it is: a fault that mapping something will not cure.
 */
static void translation_fault(struct hyp_frame *frame, u64 esr)
{
	struct pkvm_violation who = {
		.ipa = HPFAR_IPA(read_sysreg(hpfar_el2)),
		.va = read_sysreg(far_el2),
		.pc = frame->elr,
		.info = flags(frame, esr),
	};
	bool resolved = hyp_is_dead() ? host_fault_dead(who.ipa) : host_fault(&who);

	if (!resolved)
		inject_abort(frame, esr, ESR_FSC_ALIGNMENT);
}

/*
 * No entry restricts what may be done to a page, and none has an access flag to set: so
 * what is left is an error of the machine, on the walk of EL2's tables.
 */
void host_abort(struct hyp_frame *frame, u64 esr)
{
	switch (ESR_FSC_TYPE(esr)) {
	case ESR_FSC_TRANSLATION:
		translation_fault(frame, esr);
		break;
	case ESR_FSC_TLB_CONFLICT:
		arch_s2_tlbi_all();
		arch_s2_tlbi_sync();
		break;
	default:
		inject_abort(frame, esr, ESR_FSC_EXTERNAL);
	}
}
