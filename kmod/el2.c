// SPDX-License-Identifier: GPL-2.0-only
/* Takes EL2 on all CPUs and gives it back, through the hotplug machinery. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/module.h>

#include "crash.h"
#include "el2.h"
#include "el2_call.h"
#include "el2_image.h"
#include "hcall.h"
#include "stats.h"

#ifdef PKVM_DEBUG
static int fail_cpu = -1;
module_param(fail_cpu, int, 0644);
MODULE_PARM_DESC(fail_cpu, "debug: this CPU fails to enter EL2");
#else
#define fail_cpu	(-1)
#endif

/* Set by el2_take(), constant until el2_give_back(). */
static struct el2_image image;
static enum cpuhp_state online_state, prepare_state;

/*
 * From when all CPUs are behind EL2 until they leave it: meanwhile a CPU goes offline behind
 * it. Changes with CPU hotplug locked.
 */
static bool kept;

/* A CPU could not leave, as EL2 still holds pages. Written and read with the states going. */
static bool stuck;

/* Entry points that EL2 has refused (struct pkvm_cpu_stats) and that have been reported. */
static u64 reported;

/* Whether this CPU is behind EL2, dead or alive. */
static bool is_in(void)
{
	struct arm_smccc_1_2_regs regs = { .a0 = PKVM_HCALL_ID(PKVM_HCALL_VERSION) };

	el2_hvc(&regs);
	return !regs.a0;
}

/*
 * HVC_SOFT_RESTART has the stub branch, at EL2 and with the MMU off, to x1 with x2
 * in x0. The image saves what it replaces and returns behind this very HVC, with
 * x0 = 0 and its errno in x1 (hyp/entry.S).
 */
static int enter(void)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = HVC_SOFT_RESTART,
		.a1 = image.entry,
		.a2 = smp_processor_id(),
	};

	if (pkvm_is_dead())
		return -EIO;
	el2_hvc(&regs);
	return regs.a0 ? -ENXIO : (int)regs.a1;
}

/*
 * EL2 answers this even when it is dead, and refuses it only if it has not been emptied (main.c).
 * Whoever else answers has EL2 already, and then this CPU is out: nothing may fail here, the
 * hotplug machinery calls BUG() when a state that is being removed cannot be left.
 */
static void leave(void)
{
	struct arm_smccc_1_2_regs regs = { .a0 = PKVM_HCALL_ID(PKVM_HCALL_CPU_LEAVE) };

	el2_hvc(&regs);
	if (regs.a0)
		pr_err("CPU %d had lost EL2 (HVC answered %#lx)\n", smp_processor_id(), regs.a0);
	else if ((int)regs.a1 == -EBUSY)
		WRITE_ONCE(stuck, true);
}

/*
 * One that came in through firmware has whatever number EL2 had left. A failure means that what
 * EL2 tells of it will be told of another CPU.
 */
static void tell_number(unsigned int cpu)
{
	struct arm_smccc_1_2_regs regs = { .a1 = cpu };
	int ret = pkvm_hcall(PKVM_HCALL_CPU_NUMBER, &regs);

	if (ret)
		pr_warn("EL2 does not know CPU %u by its number: error %d\n", cpu, ret);
}

int el2_wake_cpu(void)
{
	return !READ_ONCE(kept) || is_in() ? 0 : enter();
}

/* A CPU that firmware has turned on while EL2 is kept went through EL2 first (hyp/psci.h). */
static int hotplug_online(unsigned int cpu)
{
	unsigned long flags;
	int ret = 0;

	local_irq_save(flags);
	if (cpu == fail_cpu)
		ret = -EIO;
	else if (!is_in())
		ret = enter();
	else
		tell_number(cpu);
	local_irq_restore(flags);
	if (ret)
		pr_err("CPU %u cannot enter EL2: error %d\n", cpu, ret);
	return ret;
}

static int hotplug_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!kept)
		leave();
	local_irq_restore(flags);
	return 0;
}

/* Once a CPU is down, or has not come up. The kernel itself tells an errno and no more. */
static int hotplug_down(unsigned int cpu)
{
	struct pkvm_cpu_stats stats;

	if (pkvm_is_dead())
		pr_err("CPU %u stays offline until the next boot: EL2 is dead\n", cpu);
	if (pkvm_stats_cpus(&stats) || stats.entries_refused == reported)
		return 0;
	reported = stats.entries_refused;
	pr_err("EL2 refused to start a CPU: what it is to begin with is no kernel's entry that EL2 knows\n");
	return 0;
}

/* Of the two states the second only watches. CPU hotplug is locked. */
static int set_up_states(void)
{
	int ret;

	/* hotplug_online() on every CPU in turn; if one fails, hotplug_offline() on those done. */
	ret = cpuhp_setup_state_cpuslocked(CPUHP_AP_ONLINE_DYN, "pkvm/el2:online", hotplug_online,
					   hotplug_offline);
	if (ret < 0)
		return ret;
	online_state = ret;
	ret = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_BP_PREPARE_DYN, "pkvm/el2:prepare", NULL,
						   hotplug_down);
	if (ret < 0) {
		__cpuhp_remove_state_cpuslocked(online_state, true);
		return ret;
	}
	prepare_state = ret;
	return 0;
}

int el2_take(u64 heap_size)
{
	int ret;

	ret = el2_image_load(&image, heap_size);
	if (ret)
		return ret;
	reported = 0;
	/* No CPU goes offline in between: it would leave EL2, which would then take nothing. */
	cpus_read_lock();
	ret = set_up_states();
	WRITE_ONCE(kept, !ret);
	cpus_read_unlock();
	if (ret)
		el2_image_free(&image);
	return ret;
}

void el2_give_back(void)
{
	cpus_read_lock();
	WRITE_ONCE(kept, false);
	cpus_read_unlock();
	stuck = false;
	cpuhp_remove_state_nocalls(prepare_state);
	cpuhp_remove_state(online_state);
	if (stuck)
		pr_err("EL2 holds pages that are not to be seen: it stays, with them, until the next boot\n");
	else
		el2_image_free(&image);
}
