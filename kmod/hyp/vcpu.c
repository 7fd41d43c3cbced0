// SPDX-License-Identifier: GPL-2.0-only
/* The state in which a vCPU begins. */
#include "vcpu.h"

#include "sysreg.h"

/* In SPSR_EL2's layout: EL1 with SP_EL1, all exceptions masked. */
#define PSTATE_RESET	(SPSR_DAIF | SPSR_EL1H)

/* SCTLR_EL1: the bits that are 1 without any extension (29, 28, 23, 22, 20, 11); MMU off. */
#define SCTLR_EL1_RESET	UINT64_C(0x30d00800)

#define MPIDR_RES1	BIT(31)

/* As the GIC's affinity routing likes it: at most 16 CPUs at the lowest level. */
static u64 mpidr(u32 index)
{
	return MPIDR_RES1 | (index & 0xf) | ((u64)index >> 4 & 0xff) << 8;
}

void vcpu_reset(struct hyp_vcpu *vcpu, struct hyp_vm *vm, u32 index)
{
	/* Zero is the reset value of the rest, or as good as any where it is unknown. */
	vcpu->pstate = PSTATE_RESET;
	vcpu->sysreg[VCPU_MPIDR_EL1] = mpidr(index);
	vcpu->sysreg[VCPU_SCTLR_EL1] = SCTLR_EL1_RESET;
	vcpu->vm = vm;
	vcpu->index = index;
}
