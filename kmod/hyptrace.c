// SPDX-License-Identifier: GPL-2.0-only
/* Which events EL2 writes, and the CPUs that have a ring for them. */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/mutex.h>
#include <linux/smp.h>

#include "hcall.h"
#include "hyptrace.h"
#include "hyptrace_ring.h"

/*
 * All below is under the mutex. It is taken with the kernel's mutex of tracepoints held, and
 * before CPU hotplug is locked: so what hotplug calls does not take it.
 */
static DEFINE_MUTEX(lock);
static bool started;
static u64 events;			/* PKVM_TRACE_BIT() each: EL2 writes them; hotplug reads */
static enum cpuhp_state online_state;	/* while there are any */

static int enable(u64 mask)
{
	struct arm_smccc_1_2_regs regs = { .a1 = mask };

	return pkvm_hcall(PKVM_HCALL_TRACE_ENABLE, &regs);
}

/* Each of these runs on the CPU it is about. */

/*
 * For want of memory no CPU stays offline: what it does at EL2 is counted as lost. When tracing
 * begins, what this CPU lost is of an earlier trace; later, it is of this one.
 */
static int ring_online(unsigned int cpu)
{
	if (!READ_ONCE(events))
		pkvm_hyptrace_ring_reset(cpu);
	pkvm_hyptrace_ring_load(cpu);
	return 0;
}

static int ring_offline(unsigned int cpu)
{
	pkvm_hyptrace_ring_unload(cpu);
	return 0;
}

static int drain_cpu(void *unused)
{
	pkvm_hyptrace_ring_drain(raw_smp_processor_id());
	return 0;
}

static void drain_all(void)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		smp_call_on_cpu(cpu, drain_cpu, NULL, false);
	cpus_read_unlock();
}

static int check_rings(void)
{
	unsigned int cpu;
	int err = 0;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		err = err ?: pkvm_hyptrace_ring_error(cpu);
	cpus_read_unlock();
	return err;
}

static int load_rings(void)
{
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "pkvm/trace:online", ring_online,
				    ring_offline);

	if (ret < 0)
		return ret;
	online_state = ret;
	ret = check_rings();
	if (ret)
		cpuhp_remove_state(online_state);
	return ret;
}

static int event_on(enum pkvm_trace_event event)
{
	int err = started ? 0 : -ENODEV;

	if (!err && !events)
		err = load_rings();
	if (err)
		return err;
	err = enable(events | PKVM_TRACE_BIT(event));
	if (!err)
		WRITE_ONCE(events, events | PKVM_TRACE_BIT(event));
	else if (!events)
		cpuhp_remove_state(online_state);
	return err;
}

int pkvm_hyptrace_on(enum pkvm_trace_event event)
{
	int err;

	mutex_lock(&lock);
	err = event_on(event);
	mutex_unlock(&lock);
	return err;
}

/* An error means that EL2 is dead, and writes no more. */
static void events_off(u64 mask)
{
	WRITE_ONCE(events, events & ~mask);
	enable(events);
	drain_all();
	if (!events)
		cpuhp_remove_state(online_state);
}

void pkvm_hyptrace_off(enum pkvm_trace_event event)
{
	mutex_lock(&lock);
	/* Unless stopping has done it. */
	if (events & PKVM_TRACE_BIT(event))
		events_off(PKVM_TRACE_BIT(event));
	mutex_unlock(&lock);
}

void pkvm_hyptrace_start(void)
{
	mutex_lock(&lock);
	started = true;
	mutex_unlock(&lock);
}

void pkvm_hyptrace_stop(void)
{
	mutex_lock(&lock);
	started = false;
	if (events)
		events_off(events);
	mutex_unlock(&lock);
}
