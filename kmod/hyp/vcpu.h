/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hyp vCPU: everything of a CPU that a guest at EL1 and EL0 sees and that EL2
 * has to keep while the guest does not run.
 */
#ifndef HYP_VCPU_H
#define HYP_VCPU_H

#include "types.h"

struct hyp_vm;

/*
 * The guest's system registers, named as in the Arm ARM, D19. Break- and watchpoints and
 * performance counters are not among them: a guest's use is trapped.
 */
enum vcpu_sysreg {
	VCPU_MPIDR_EL1,		/* what the guest reads: VMPIDR_EL2 */
	VCPU_CSSELR_EL1,
	VCPU_SCTLR_EL1,
	VCPU_ACTLR_EL1,
	VCPU_CPACR_EL1,
	VCPU_ZCR_EL1,
	VCPU_TTBR0_EL1,
	VCPU_TTBR1_EL1,
	VCPU_TCR_EL1,
	VCPU_TCR2_EL1,
	VCPU_ESR_EL1,
	VCPU_AFSR0_EL1,
	VCPU_AFSR1_EL1,
	VCPU_FAR_EL1,
	VCPU_MAIR_EL1,
	VCPU_AMAIR_EL1,
	VCPU_PIR_EL1,
	VCPU_PIRE0_EL1,
	VCPU_VBAR_EL1,
	VCPU_CONTEXTIDR_EL1,
	VCPU_TPIDR_EL0,
	VCPU_TPIDRRO_EL0,
	VCPU_TPIDR_EL1,
	VCPU_CNTKCTL_EL1,
	VCPU_CNTV_CTL_EL0,
	VCPU_CNTV_CVAL_EL0,
	VCPU_CNTP_CTL_EL0,
	VCPU_CNTP_CVAL_EL0,
	VCPU_PAR_EL1,
	VCPU_MDSCR_EL1,
	VCPU_MDCCINT_EL1,
	VCPU_OSLSR_EL1,
	VCPU_DISR_EL1,
	VCPU_RGSR_EL1,
	VCPU_GCR_EL1,
	VCPU_TFSR_EL1,
	VCPU_TFSRE0_EL1,
	VCPU_APIAKEYLO_EL1,
	VCPU_APIAKEYHI_EL1,
	VCPU_APIBKEYLO_EL1,
	VCPU_APIBKEYHI_EL1,
	VCPU_APDAKEYLO_EL1,
	VCPU_APDAKEYHI_EL1,
	VCPU_APDBKEYLO_EL1,
	VCPU_APDBKEYHI_EL1,
	VCPU_APGAKEYLO_EL1,
	VCPU_APGAKEYHI_EL1,
	VCPU_SYSREGS
};

struct vcpu_fpsimd {
	u64 v[32][2];		/* v0 to v31, low half first */
	u32 fpsr;
	u32 fpcr;
} __attribute__((aligned(16)));

struct hyp_vcpu {
	struct vcpu_fpsimd fpsimd;
	u64 x[31];
	u64 sp_el0;
	u64 sp_el1;
	u64 elr_el1;
	u64 spsr_el1;
	u64 pc;			/* ELR_EL2 when it is entered */
	u64 pstate;		/* SPSR_EL2 then */
	u64 sysreg[VCPU_SYSREGS];
	struct hyp_vm *vm;	/* holds a reference on it */
	u32 index;		/* in the VM, below its maximum */
};

/* A vCPU as its CPU comes out of a cold reset. The memory is zeroed already. */
void vcpu_reset(struct hyp_vcpu *vcpu, struct hyp_vm *vm, u32 index);

#endif
