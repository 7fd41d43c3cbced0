// SPDX-License-Identifier: GPL-2.0-only
/* The relay of PSCI calls, and how a cold CPU gets back to the kernel. */
#include "psci.h"

#include <pkvm/boot.h>
#include <pkvm/image.h>

#include "arch.h"
#include "el2_regs.h"
#include "errno.h"
#include "kernel_entry.h"
#include "panic.h"
#include "smc.h"
#include "smccc.h"
#include "spinlock.h"
#include "string.h"
#include "sysreg.h"

#define MPIDR_AFFINITY		UINT64_C(0xff00ffffff)

/* What the kernel's init_kernel_el returns (kernel_entry.h). */
#define BOOT_CPU_MODE_EL2	0xe12
#define SPSR_EL1_MASKED		(SPSR_EL1H | SPSR_DAIF)

/* SCTLR_EL1 with the MMU off: bits 29, 28, 22, 20 and 11, which are 1 in Armv8.0. */
#define SCTLR_EL1_MMU_OFF	UINT64_C(0x30500800)

/* power_state, bit 16, or 30 if PSCI_FEATURES says so (bit 1): the CPU's state is lost. */
#define POWER_DOWN		BIT(16)
#define POWER_DOWN_EXTENDED	BIT(30)
#define FEATURE_EXTENDED	BIT(1)

/* entry.S; at its physical address */
extern const char el2_cold_entry[];

/* Protects who is which CPU, and whether it is on. Nests in nothing and nothing in it. */
static struct hyp_spinlock psci_lock;

/* POWER_DOWN or POWER_DOWN_EXTENDED once firmware has been asked. */
static u64 power_down_bit;

#ifdef CONFIG_HYP_DEBUG
static bool lose_state;

void psci_debug_lose_state(bool lose)
{
	WRITE_ONCE(lose_state, lose);
}
#else
static const bool lose_state;
#endif

static struct hyp_cpu *cpu_at(u64 index)
{
	return (struct hyp_cpu *)(image_header.cpu_va + (index << PKVM_CPU_SHIFT) +
				  PKVM_CPU_DATA);
}

static u64 nr_cpus(void)
{
	return ((const struct pkvm_boot *)image_header.boot_va)->nr_cpus;
}

static u64 cold_entry_pa(void)
{
	return image_header.image_pa + ((u64)el2_cold_entry - (u64)&image_header);
}

/* Calls of 32 bits have nothing in the upper halves of their arguments. */
static u64 arg(const u64 *x, unsigned int nr)
{
	return x[0] & SMCCC_64 ? x[nr] : (u32)x[nr];
}

/*
 * The CPU by its affinity. One that was never here gets the record of a CPU that was not
 * either: numbers at EL2 are for EL2 only.
 */
static struct hyp_cpu *__find_cpu(u64 mpidr)
{
	struct hyp_cpu *unused = NULL;

	for (u64 i = nr_cpus(); i--;) {
		struct hyp_cpu *cpu = cpu_at(i);

		if (cpu->power == CPU_UNKNOWN)
			unused = cpu;
		else if (cpu->mpidr == mpidr)
			return cpu;
	}
	if (unused) {
		unused->cpu = ((u64)unused - image_header.cpu_va) >> PKVM_CPU_SHIFT;
		unused->mpidr = mpidr;
	}
	return unused;
}

/* PSCI_SUCCESS: the CPU is marked, and its record ready for the cold entry. */
static u64 claim(u64 mpidr, u64 resume, struct hyp_cpu **ret)
{
	struct hyp_cpu *self = this_cpu();
	u64 status = PSCI_SUCCESS;
	struct hyp_cpu *cpu;

	hyp_spin_lock(&psci_lock);
	cpu = __find_cpu(mpidr);
	if (!cpu) {
		status = PSCI_INVALID_PARAMETERS;
	} else if (cpu->power == CPU_ON) {
		status = PSCI_ALREADY_ON;
	} else if (cpu->power == CPU_PENDING) {
		status = PSCI_ON_PENDING;
	} else {
		if (cpu->power == CPU_UNKNOWN) {
			cpu->host = self->host;
			memcpy(cpu->control, self->control, sizeof(cpu->control));
		}
		cpu->resume = resume;
		cpu->was = cpu->power;
		cpu->power = CPU_PENDING;
		*ret = cpu;
	}
	hyp_spin_unlock(&psci_lock);
	return status;
}

static void unclaim(struct hyp_cpu *cpu)
{
	hyp_spin_lock(&psci_lock);
	cpu->power = cpu->was;
	hyp_spin_unlock(&psci_lock);
}

static void set_power(struct hyp_cpu *cpu, enum cpu_power power)
{
	__atomic_store_n(&cpu->power, power, __ATOMIC_RELEASE);
}

/* Where the kernel goes on; PSCI_SUCCESS or what the host is told. */
static u64 check_entry(u64 entry, u64 *ret_resume)
{
	if (!kernel_entry_resume(entry, ret_resume))
		return PSCI_SUCCESS;
	this_cpu()->entries_refused++;
	return PSCI_INVALID_ADDRESS;
}

u64 psci_cpu_on(u64 *x)
{
	u64 mpidr = arg(x, 1) & MPIDR_AFFINITY;
	struct hyp_cpu *cpu;
	u64 resume, status;

	if (hyp_is_dead())
		return PSCI_DENIED;
	status = check_entry(arg(x, 2), &resume);
	if (!status)
		status = claim(mpidr, resume, &cpu);
	if (status)
		return status;
	x[2] = cold_entry_pa();
	x[3] = cpu->cpu;
	smc_call(x);
	if (x[0])
		unclaim(cpu);
	return x[0];
}

/* Returns only if firmware refuses. */
u64 psci_cpu_off(u64 *x)
{
	struct hyp_cpu *cpu = this_cpu();

	set_power(cpu, CPU_OFF);
	smc_call(x);
	set_power(cpu, CPU_ON);
	return x[0];
}

/* The three registers that name what runs after waking begin with x[entry]. */
static u64 suspend(u64 *x, unsigned int entry)
{
	struct hyp_cpu *cpu = this_cpu();
	u64 status;

	if (hyp_is_dead())
		return PSCI_DENIED;
	status = check_entry(arg(x, entry), &cpu->resume);
	if (status)
		return status;
	if (READ_ONCE(lose_state)) {
		x[1] = cpu->cpu;	/* entry.S passes it on */
		cpu->exit = EXIT_COLD;
		return PSCI_SUCCESS;
	}
	x[entry] = cold_entry_pa();
	x[entry + 1] = cpu->cpu;
	smc_call(x);
	return x[0];
}

/* Firmware before PSCI 1.0 does not know PSCI_FEATURES, and has the original format. */
static u64 ask_power_down_bit(void)
{
	u64 x[SMC_REGS] = { SMCCC_STANDARD(PSCI_FEATURES), SMCCC_STANDARD(PSCI_CPU_SUSPEND) };

	x[1] |= SMCCC_64;
	smc_call(x);
	return (s32)x[0] > 0 && (x[0] & FEATURE_EXTENDED) ? POWER_DOWN_EXTENDED : POWER_DOWN;
}

/* Firmware does not change its mind, so that CPUs may ask at the same time. */
static bool loses_state(u64 power_state)
{
	u64 bit = READ_ONCE(power_down_bit);

	if (!bit) {
		bit = ask_power_down_bit();
		WRITE_ONCE(power_down_bit, bit);
	}
	return power_state & bit;
}

u64 psci_cpu_suspend(u64 *x)
{
	if (loses_state(arg(x, 1)))
		return suspend(x, 2);
	smc_call(x);
	return x[0];
}

u64 psci_system_suspend(u64 *x)
{
	return suspend(x, 1);
}

void psci_cpu_entered(struct hyp_cpu *cpu)
{
	el2_regs_save(cpu->control);
	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	set_power(cpu, CPU_ON);
}

void psci_cpu_left(struct hyp_cpu *cpu)
{
	set_power(cpu, CPU_UNKNOWN);
}

/*
 * frame->x[0]: the number of this CPU, whose record tells the rest. What the kernel finds is
 * what its init_kernel_el would have left.
 */
u32 el2_cold_init(struct hyp_frame *frame)
{
	struct hyp_cpu *cpu = this_cpu();

	cpu->exit = EXIT_TO_HOST;
	cpu->restartable = false;
	cpu->hcall = 0;
	cpu->fixmap_pte = arch_pte(cpu_fixmap(cpu), 3);
	el2_regs_restore(cpu->control);
	write_sysreg(read_sysreg(mpidr_el1), vmpidr_el2);
	el2_enable_traps(cpu);
	write_sysreg(SCTLR_EL1_MMU_OFF, sctlr_el1);
	*frame = (struct hyp_frame){ .elr = cpu->resume, .spsr = SPSR_EL1_MASKED };
	frame->x[0] = BOOT_CPU_MODE_EL2;
	frame->x[30] = cpu->resume;
	cpu->relayed++;
	set_power(cpu, CPU_ON);
	return EXIT_TO_HOST;
}

void psci_stats(struct pkvm_cpu_stats *ret)
{
	*ret = (struct pkvm_cpu_stats){};
	for (u64 i = 0; i < nr_cpus(); i++) {
		const struct hyp_cpu *cpu = cpu_at(i);

		ret->cpus += READ_ONCE(cpu->power) == CPU_ON;
		ret->relayed += READ_ONCE(cpu->relayed);
		ret->entries_refused += READ_ONCE(cpu->entries_refused);
		ret->smcs_passed += READ_ONCE(cpu->smcs_passed);
		ret->smcs_refused += READ_ONCE(cpu->smcs_refused);
	}
}
