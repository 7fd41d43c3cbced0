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

#ifdef PKVM_DEBUG
static int fail_cpu = -1;
module_param(fail_cpu, int, 0644);
MODULE_PARM_DESC(fail_cpu, "debug: this CPU fails to enter EL2");
#else
#define fail_cpu	(-1)
#endif

/* Set by el2_take(), constant until el2_give_back(). */
static struct el2_image image;
static enum cpuhp_state hotplug_state;

enum cpu_state {
	CPU_OUT = 0,	/* the kernel's own vectors */
	CPU_IN,		/* behind EL2 */
	CPU_ASLEEP,	/* out, and to be in again when it wakes */
};

/* Written on the CPU itself with interrupts off. */
static DEFINE_PER_CPU(enum cpu_state, cpu_state);

/*
 * HVC_SOFT_RESTART has the stub branch, at EL2 and with the MMU off, to x1 with x2
 * in x0. The image saves what it replaces and returns behind this very HVC, with
 * x0 = 0 and its errno in x1 (hyp/entry.S).
 */
static int enter(void)
{
	unsigned int cpu = smp_processor_id();
	struct arm_smccc_1_2_regs regs = {
		.a0 = HVC_SOFT_RESTART,
		.a1 = image.entry,
		.a2 = cpu,
	};

	if (cpu == fail_cpu || pkvm_is_dead())
		return -EIO;
	el2_hvc(&regs);
	if (regs.a0)
		return -ENXIO;
	if (!regs.a1)
		this_cpu_write(cpu_state, CPU_IN);
	return (int)regs.a1;
}

/*
 * EL2 answers this even when it is dead. Whoever else answers has EL2 already, and
 * then this CPU is out: nothing may fail here, the hotplug machinery calls BUG()
 * when a state that is being removed cannot be left.
 */
static void leave(enum cpu_state state)
{
	struct arm_smccc_1_2_regs regs = { .a0 = PKVM_HCALL_ID(PKVM_HCALL_CPU_LEAVE) };

	el2_hvc(&regs);
	this_cpu_write(cpu_state, state);
	if (regs.a0)
		pr_err("CPU %d had lost EL2 (HVC answered %#lx)\n", smp_processor_id(), regs.a0);
}

void el2_sleep_cpu(void)
{
	if (this_cpu_read(cpu_state) == CPU_IN)
		leave(CPU_ASLEEP);
}

/* A dead EL2 is not entered again: hypercalls from this CPU find the stub from now on. */
int el2_wake_cpu(void)
{
	return this_cpu_read(cpu_state) == CPU_ASLEEP && !pkvm_is_dead() ? enter() : 0;
}

static int hotplug_online(unsigned int cpu)
{
	unsigned long flags;
	int ret;

	local_irq_save(flags);
	ret = enter();
	local_irq_restore(flags);
	if (ret)
		pr_err("CPU %u cannot enter EL2: error %d\n", cpu, ret);
	return ret;
}

static int hotplug_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	if (this_cpu_read(cpu_state) == CPU_IN)
		leave(CPU_OUT);
	local_irq_restore(flags);
	return 0;
}

int el2_take(u64 heap_size)
{
	int ret;

	ret = el2_image_load(&image, heap_size);
	if (ret)
		return ret;
	/* hotplug_online() on every CPU in turn; if one fails, hotplug_offline() on those done. */
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "pkvm/el2:online", hotplug_online,
				hotplug_offline);
	if (ret < 0) {
		el2_image_free(&image);
		return ret;
	}
	hotplug_state = ret;
	return 0;
}

void el2_give_back(void)
{
	cpuhp_remove_state(hotplug_state);
	el2_image_free(&image);
}
