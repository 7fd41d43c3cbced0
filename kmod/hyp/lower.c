// SPDX-License-Identifier: GPL-2.0-only
/* What the host brings to EL2: hypercalls, the kernel's stub ABI, aborts, unexpected traps. */
#include <pkvm/hypercall.h>

#include "cpu.h"
#include "el2_regs.h"
#include "errno.h"
#include "hcall.h"
#include "host_abort.h"
#include "inject.h"
#include "panic.h"
#include "psci.h"
#include "scrub.h"
#include "smc.h"
#include "string.h"
#include "sysreg.h"
#include "trace.h"

/* The kernel's stub ABI (Documentation/virt/kvm/arm/hyp-abi.rst): small numbers in x0. */
#define STUB_CALLS		0x1000
#define STUB_SOFT_RESTART	1
#define STUB_GET_ICH_VTR	4
#define STUB_ERR		0xbadca11

/*
 * Vectors are EL2's while it runs, so what would set or finalise them is refused.
 * A soft restart is the kernel's way into another kernel: EL2 scrubs what it
 * holds and is gone from this CPU; the others are stopped or gone already. If they are not,
 * EL2 has nothing more to do with them.
 */
static void stub_call(struct hyp_cpu *cpu, struct hyp_frame *frame)
{
	switch (frame->x[0]) {
	case STUB_SOFT_RESTART:
		cpu->exit = EXIT_SOFT_RESTART;
		hyp_retire();
		scrub_all();
		return;
	case STUB_GET_ICH_VTR:
		if (el2_has_ich()) {
			frame->x[0] = 0;
			frame->x[1] = read_sysreg(S3_4_C12_C11_1);	/* ICH_VTR_EL2 */
			return;
		}
		break;
	}
	frame->x[0] = STUB_ERR;
}

/*
 * Nothing that EL2 holds is for those who come after it. A panic on the way ends it, and the CPU
 * leaves all the same.
 */
static void dead_leave(void)
{
	cpu_leave();
	scrub_all();
}

/* In dead mode the record can be read and a CPU can be given back; no lock is taken. */
static void dead_hcall(struct hyp_frame *frame)
{
	struct hcall call = { .arg = { [1] = frame->x[1] } };
	u64 id = (u32)frame->x[0];
	int ret = -HYP_EIO;

	if (id == PKVM_HCALL_ID(PKVM_HCALL_CRASH)) {
		ret = hcall_crash(&call);
	} else if (id == PKVM_HCALL_ID(PKVM_HCALL_CPU_LEAVE)) {
		dead_leave();
		ret = 0;
	}
	call.ret[1] = (u64)(s64)ret;
	memcpy(frame->x, call.ret, sizeof(call.ret));
}

static void hvc(struct hyp_cpu *cpu, struct hyp_frame *frame)
{
	cpu->hcall = frame->x[0];
	if (frame->x[0] < STUB_CALLS)
		stub_call(cpu, frame);
	else if (unlikely(hyp_is_dead()))
		dead_hcall(frame);
	else
		hyp_hcall(frame->x);
}

/* What the host can try again, should EL2 die meanwhile. */
static void restartable(struct hyp_cpu *cpu, struct hyp_frame *frame, u64 esr,
			void (*handle)(struct hyp_frame *frame, u64 esr))
{
	cpu->restartable = true;
	handle(frame, esr);
	cpu->restartable = false;
}

/*
 * Whatever is neither a call nor an abort is an instruction that this CPU traps by
 * default: undefined, as far as the host is concerned.
 */
u32 el2_lower_sync(struct hyp_frame *frame)
{
	struct hyp_cpu *cpu = this_cpu();
	u64 esr = read_sysreg(esr_el2);

	cpu->exit = EXIT_TO_HOST;
	switch (ESR_EC(esr)) {
	case ESR_EC_HVC64:
		hvc(cpu, frame);
		break;
	case ESR_EC_SMC64:
		restartable(cpu, frame, esr, host_smc);
		break;
	case ESR_EC_IABT_LOW:
	case ESR_EC_DABT_LOW:
		restartable(cpu, frame, esr, host_abort);
		break;
	default:
		inject_sync(frame, (u64)ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL);
	}
	return cpu->exit;
}

static enum pkvm_trace_reason reason(const struct hyp_frame *frame, u64 esr)
{
	switch (ESR_EC(esr)) {
	case ESR_EC_HVC64:
		return frame->x[0] < STUB_CALLS ? PKVM_TRACE_REASON_STUB : PKVM_TRACE_REASON_HCALL;
	case ESR_EC_SMC64:
		return PKVM_TRACE_REASON_SMC;
	case ESR_EC_IABT_LOW:
	case ESR_EC_DABT_LOW:
		return PKVM_TRACE_REASON_ABORT;
	default:
		return PKVM_TRACE_REASON_TRAP;
	}
}

/* Not for what concerns the trace: looking changes nothing of what is looked at. */
u32 el2_lower_sync_traced(struct hyp_frame *frame)
{
	enum pkvm_trace_reason why = reason(frame, read_sysreg(esr_el2));
	u32 id = frame->x[0];
	u32 exit;

	if (why == PKVM_TRACE_REASON_HCALL && hyp_hcall_is_trace(id))
		return el2_lower_sync(frame);
	trace(PKVM_TRACE_ENTER, why, 0, 0);
	exit = el2_lower_sync(frame);
	if (why == PKVM_TRACE_REASON_HCALL)
		trace(PKVM_TRACE_HCALL, frame->x[0] ? -HYP_EOPNOTSUPP : (s32)frame->x[1], id, 0);
	trace(PKVM_TRACE_EXIT, why, 0, 0);
	return exit;
}

/* Takes effect when the answer is written: entry.S gives the CPU back on its way out. */
void cpu_leave(void)
{
	psci_cpu_left(this_cpu());
	this_cpu()->exit = EXIT_LEAVE;
}
