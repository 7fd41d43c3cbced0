// SPDX-License-Identifier: GPL-2.0-only
/* Dead mode: what EL2 does when its own state is corrupt, and the record it leaves for the host. */
#include <pkvm/hypercall.h>
#include <pkvm/image.h>

#include "arch.h"
#include "cpu.h"
#include "errno.h"
#include "hcall.h"
#include "panic.h"
#include "smc.h"
#include "string.h"
#include "sysreg.h"
#include "trace.h"

/*
 * Written once, by the CPU that is its writer (its number plus 1); valid once hyp_dead is set. It
 * stays empty if EL2 has been given up without a panic.
 */
static struct pkvm_crash crash;
static u32 crash_writer;
static bool hyp_dead;

bool hyp_is_dead(void)
{
	return __atomic_load_n(&hyp_dead, __ATOMIC_ACQUIRE);
}

static _Noreturn void bail_out(void)
{
	struct hyp_cpu *cpu = this_cpu();
	struct hyp_frame *frame = cpu_frame(cpu);

	/*
	 * A CPU on its way out goes on; in a soft restart, x0 and x1 are for the next kernel.
	 * A host that had an abort or an SMC tries again and finds EL2 dead.
	 */
	if (cpu->exit != EXIT_SOFT_RESTART && !cpu->restartable) {
		frame->x[0] = 0;
		frame->x[1] = (u64)-HYP_EIO;
	}
	exit_now(frame, cpu->exit);
}

void hyp_check_dead(void)
{
	if (hyp_is_dead())
		bail_out();
}

void hyp_retire(void)
{
	__atomic_store_n(&hyp_dead, true, __ATOMIC_RELEASE);
	/* Nobody could read what is told from now on. */
	trace_enable(0);
	/* Wakes the CPUs that wait for a lock. */
	dsb(ish);
	sev();
}

static _Noreturn void die(void)
{
	hyp_retire();
	bail_out();
}

/*
 * Returns on the first CPU that panics. The others' answer makes the host ask for
 * the record: not before it is there. A panic while it is being written must do
 * with what it holds by then.
 */
static void claim_crash(void)
{
	u32 self = this_cpu()->cpu + 1;
	u32 writer = 0;

	if (__atomic_compare_exchange_n(&crash_writer, &writer, self, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return;
	if (writer == self)
		die();
	while (this_cpu()->exit != EXIT_SOFT_RESTART && !hyp_is_dead())
		;
	bail_out();
}

static void record_common(enum pkvm_crash_reason reason)
{
	struct hyp_cpu *cpu = this_cpu();

	crash.reason = reason;
	crash.cpu = cpu->number;
	crash.hcall = cpu->hcall;
}

void hyp_panic_at(const char *file, unsigned int line)
{
	size_t i;

	claim_crash();
	record_common(PKVM_CRASH_BUG);
	crash.line = line;
	for (i = 0; i < sizeof(crash.file) - 1 && file[i]; i++)
		crash.file[i] = file[i];
	crash.elr = (u64)__builtin_return_address(0);
	crash.elr_offset = crash.elr - (u64)&image_header;
	crash.sp = (u64)__builtin_frame_address(0);
	die();
}

/* The guard page is the first of the CPU's area, and the area is aligned to its size. */
static bool in_guard_page(const struct hyp_cpu *cpu, u64 va)
{
	u64 area = (u64)cpu - PKVM_CPU_DATA;

	return va >= area && va < area + HYP_PAGE_SIZE;
}

/* Called on the panic stack, registers in struct hyp_cpu. */
void el2_exception_panic(void)
{
	struct hyp_cpu *cpu = this_cpu();

	smc_undefined(cpu);
	claim_crash();
	crash.esr = read_sysreg(esr_el2);
	crash.far = read_sysreg(far_el2);
	crash.elr = read_sysreg(elr_el2);
	crash.elr_offset = crash.elr - (u64)&image_header;
	crash.spsr = read_sysreg(spsr_el2);
	crash.sp = cpu->crash_sp;
	memcpy(crash.x, cpu->crash_x, sizeof(crash.x));
	record_common(ESR_EC(crash.esr) == ESR_EC_DABT_CUR && in_guard_page(cpu, crash.far) ?
		      PKVM_CRASH_STACK : PKVM_CRASH_EXCEPTION);
	die();
}

int hcall_crash(struct hcall *call)
{
	const u64 words = sizeof(crash) / sizeof(u64);
	u64 index = call->arg[1];

	if (!hyp_is_dead())
		return -HYP_ENODATA;
	if (index >= words)
		return -HYP_EINVAL;
	index = arch_index_nospec(index, words);
	memcpy(&call->ret[2], (const u64 *)&crash + index,
	       min_u64(words - index, PKVM_STATS_REGS) * sizeof(u64));
	return 0;
}
