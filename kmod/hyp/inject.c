// SPDX-License-Identifier: GPL-2.0-only
/* Exception entry to EL1, done by hand: Arm ARM, AArch64.TakeException. */
#include "inject.h"

#include "sysreg.h"

/* Offsets of the synchronous vectors, by where the exception comes from. */
#define VECTOR_EL1T	0x000
#define VECTOR_EL1H	0x200
#define VECTOR_EL0_64	0x400
#define VECTOR_EL0_32	0x600

#define PFR1_MTE(pfr1)	(((pfr1) >> 8) & 0xf)

/* The host's EL1 is AArch64: in AArch32 it is at EL0. */
bool host_was_at_el0(const struct hyp_frame *frame)
{
	u64 mode = frame->spsr & SPSR_MODE_MASK;

	return (mode & SPSR_MODE_AARCH32) || mode == SPSR_EL0T;
}

static u64 vector_offset(u64 spsr)
{
	u64 mode = spsr & SPSR_MODE_MASK;

	if (mode & SPSR_MODE_AARCH32)
		return VECTOR_EL0_32;
	if (mode == SPSR_EL0T)
		return VECTOR_EL0_64;
	return mode == SPSR_EL1T ? VECTOR_EL1T : VECTOR_EL1H;
}

void inject_sync(struct hyp_frame *frame, u64 esr)
{
	const u64 keep = SPSR_NZCV | SPSR_DIT | SPSR_PAN;
	u64 sctlr = read_sysreg(sctlr_el1);
	u64 offset = vector_offset(frame->spsr);

	write_sysreg(frame->elr, elr_el1);
	write_sysreg(frame->spsr, spsr_el1);
	write_sysreg(esr, esr_el1);
	frame->elr = read_sysreg(vbar_el1) + offset;
	frame->spsr = (frame->spsr & keep) | SPSR_EL1H | SPSR_DAIF;
	if (!(sctlr & SCTLR_EL1_SPAN))
		frame->spsr |= SPSR_PAN;
	if (sctlr & SCTLR_EL1_DSSBS)
		frame->spsr |= SPSR_SSBS;
	if (PFR1_MTE(read_sysreg(id_aa64pfr1_el1)))
		frame->spsr |= SPSR_TCO;
}
