/* SPDX-License-Identifier: GPL-2.0-only */
/* From the CPU's counter, by which EL2 times its events, to the host's trace clock. */
#ifndef PKVM_KMOD_HYPTRACE_CLOCK_H
#define PKVM_KMOD_HYPTRACE_CLOCK_H

#include <linux/types.h>

/* One moment on both clocks. */
struct hyptrace_clock {
	u64 counter;
	u64 ns;
};

/*
 * A pair to convert with: the same for all CPUs, and the same as before for as long as it is
 * right, so that the order of events is kept. Process context, sleeps.
 */
void hyptrace_clock_get(struct hyptrace_clock *ret);

/* Nanoseconds of the trace clock; monotonic in counter, which may be any value. */
u64 hyptrace_clock_ns(const struct hyptrace_clock *clock, u64 counter);

/* Now, on this CPU. */
u64 hyptrace_clock_now(void);

#endif
