// SPDX-License-Identifier: GPL-2.0-only
/* What the host brings to EL2: hypercalls, calls of the kernel's stub ABI, unexpected traps. */
#include <pkvm/hypercall.h>

#include "cpu.h"
#include "errno.h"
#include "hcall.h"
#include "mm.h"
#include "panic.h"
#include "string.h"
#include "sysreg.h"

/* The kernel's stub ABI (Documentation/virt/kvm/arm/hyp-abi.rst): small numbers in x0. */
#define STUB_CALLS		0x1000
#define STUB_SOFT_RESTART	1
#define STUB_GET_ICH_VTR	4
#define STUB_ERR		0xbadca11

#define PFR0_GIC(pfr0)		(((pfr0) >> 24) & 0xf)

/*
 * Vectors are EL2's while it runs, so what would set or finalise them is refused.
 * A soft restart is the kernel's way into another kernel: EL2 scrubs what it
 * holds and is gone from this CPU; the others are stopped or gone already.
 */
static void stub_call(struct hyp_cpu *cpu, struct hyp_frame *frame)
{
	switch (frame->x[0]) {
	case STUB_SOFT_RESTART:
		cpu->exit = EXIT_SOFT_RESTART;
		mm_scrub_all();
		return;
	case STUB_GET_ICH_VTR:
		if (PFR0_GIC(read_sysreg(id_aa64pfr0_el1))) {
			frame->x[0] = 0;
			frame->x[1] = read_sysreg(S3_4_C12_C11_1);	/* ICH_VTR_EL2 */
			return;
		}
		break;
	}
	frame->x[0] = STUB_ERR;
}

/* In dead mode the record can be read and a CPU can be given back; no lock is taken. */
static void dead_hcall(struct hyp_frame *frame)
{
	struct hcall call = { .arg = { [1] = frame->x[1] } };
	u64 id = (u32)frame->x[0];
	int ret = -HYP_EIO;

	if (id == PKVM_HCALL_ID(PKVM_HCALL_CRASH))
		ret = hcall_crash(&call);
	else if (id == PKVM_HCALL_ID(PKVM_HCALL_CPU_LEAVE))
		ret = hcall_cpu_leave(&call);
	call.ret[1] = (u64)(s64)ret;
	memcpy(frame->x, call.ret, sizeof(call.ret));
}

/*
 * Nothing but HVC is routed to EL2, so anything else is an instruction that this
 * CPU traps by default: undefined, as far as the host is concerned. Exception
 * entry to EL1 as in the Arm ARM, AArch64.TakeException.
 */
static void inject_undefined(struct hyp_frame *frame)
{
	const u64 keep = SPSR_NZCV | SPSR_DIT | SPSR_PAN;
	u64 mode = frame->spsr & SPSR_MODE_MASK;
	u64 sctlr = read_sysreg(sctlr_el1);
	u64 offset = 0x200;

	if (mode & SPSR_MODE_AARCH32)
		offset = 0x600;
	else if (mode == SPSR_EL0T)
		offset = 0x400;
	else if (mode == SPSR_EL1T)
		offset = 0;
	write_sysreg(frame->elr, elr_el1);
	write_sysreg(frame->spsr, spsr_el1);
	write_sysreg((u64)ESR_EC_UNKNOWN << 26 | ESR_IL, esr_el1);
	frame->elr = read_sysreg(vbar_el1) + offset;
	frame->spsr = (frame->spsr & keep) | SPSR_EL1H | SPSR_DAIF;
	if (!(sctlr & SCTLR_EL1_SPAN))
		frame->spsr |= SPSR_PAN;
	if (sctlr & SCTLR_EL1_DSSBS)
		frame->spsr |= SPSR_SSBS;
}

u32 el2_lower_sync(struct hyp_frame *frame)
{
	struct hyp_cpu *cpu = this_cpu();

	cpu->exit = EXIT_TO_HOST;
	cpu->hcall = frame->x[0];
	if (unlikely(ESR_EC(read_sysreg(esr_el2)) != ESR_EC_HVC64))
		inject_undefined(frame);
	else if (frame->x[0] < STUB_CALLS)
		stub_call(cpu, frame);
	else if (unlikely(hyp_is_dead()))
		dead_hcall(frame);
	else
		hyp_hcall(frame->x);
	return cpu->exit;
}

/* Takes effect when the answer is written: entry.S gives the CPU back on its way out. */
int hcall_cpu_leave(struct hcall *call)
{
	(void)call;
	this_cpu()->exit = EXIT_LEAVE;
	return 0;
}
