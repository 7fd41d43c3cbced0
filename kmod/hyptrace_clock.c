// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the CPU's counter to the trace clock. The latter is the same counter, scaled, but it
 * stands still in suspend, and its scale is rounded: a pair of both is good for a while.
 */
#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/time64.h>
#include <linux/trace_clock.h>
#include <asm/arch_timer.h>

#include "hyptrace_clock.h"

/* How far a pair may be off; more than reading two clocks one after the other takes. */
#define TOLERANCE_NS	20000
#define TRIES		4

static DEFINE_MUTEX(lock);
static struct hyptrace_clock pair;	/* under it */

u64 hyptrace_clock_now(void)
{
	return trace_clock_local();
}

static u64 ticks_to_ns(u64 ticks)
{
	return mul_u64_u32_div(ticks, NSEC_PER_SEC, arch_timer_get_cntfrq());
}

u64 hyptrace_clock_ns(const struct hyptrace_clock *clock, u64 counter)
{
	u64 since = counter - clock->counter;

	if ((s64)since < 0)
		return clock->ns - ticks_to_ns(-since);
	return clock->ns + ticks_to_ns(since);
}

/* Returns the ticks that reading took. */
static u64 read_pair(struct hyptrace_clock *ret)
{
	unsigned long flags;
	u64 before, after;

	local_irq_save(flags);
	before = arch_timer_read_counter();
	ret->ns = hyptrace_clock_now();
	after = arch_timer_read_counter();
	local_irq_restore(flags);
	ret->counter = before + (after - before) / 2;
	return after - before;
}

/* The best of a few: something may have come in between, a hypervisor of ours or another one. */
static void measure(struct hyptrace_clock *ret)
{
	struct hyptrace_clock next;
	u64 ticks, least = U64_MAX;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		ticks = read_pair(&next);
		if (ticks < least) {
			least = ticks;
			*ret = next;
		}
	}
}

void hyptrace_clock_get(struct hyptrace_clock *ret)
{
	struct hyptrace_clock now;
	s64 off;

	measure(&now);
	mutex_lock(&lock);
	off = hyptrace_clock_ns(&pair, now.counter) - now.ns;
	if (off < -TOLERANCE_NS || off > TOLERANCE_NS)
		pair = now;
	*ret = pair;
	mutex_unlock(&lock);
}
