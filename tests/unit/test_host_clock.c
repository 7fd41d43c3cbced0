// SPDX-License-Identifier: GPL-2.0-or-later
/* From EL2's times to the host's trace clock, by a counter and a clock that the test runs. */
#include <check.h>

#include <asm/arch_timer.h>
#include <linux/time64.h>
#include <linux/trace_clock.h>

#include "hyptrace_clock.h"
#include "suite.h"

#define FREQUENCY	62500000U
#define TICK_NS		(NSEC_PER_SEC / FREQUENCY)

/* The clock is the counter, scaled, and so much ahead; looking takes time. */
static struct {
	u64 counter;
	u64 ahead_ns;
	u64 look_ticks;		/* that reading the clock takes */
	unsigned int looks;
	unsigned int slow_look;	/* the number of a look that takes a second, 0: none */
} machine;

u64 arch_timer_read_counter(void)
{
	return machine.counter++;
}

u32 arch_timer_get_cntfrq(void)
{
	return FREQUENCY;
}

static u64 clock_at(u64 counter)
{
	return counter * TICK_NS + machine.ahead_ns;
}

/* The clock is read in the middle of a look; what makes it slow comes behind that. */
u64 trace_clock_local(void)
{
	bool slow = ++machine.looks == machine.slow_look;
	u64 now;

	machine.counter += machine.look_ticks / 2;
	now = clock_at(machine.counter);
	machine.counter += slow ? FREQUENCY : machine.look_ticks / 2;
	return now;
}

static void start(u64 counter)
{
	machine.counter = counter;
	/* As if counted from 0 on both, as a pair of zeros says, it would be wrong. */
	machine.ahead_ns = 1000 * NSEC_PER_SEC;
	machine.look_ticks = 10;
	machine.looks = 0;
	machine.slow_look = 0;
}

/* How far off the time of a count is. */
static s64 error_at(const struct hyptrace_clock *clock, u64 counter)
{
	return hyptrace_clock_ns(clock, counter) - clock_at(counter);
}

static void assert_right_at(const struct hyptrace_clock *clock, u64 counter)
{
	ck_assert_int_le(llabs(error_at(clock, counter)), 20000);
}

START_TEST(times_before_and_after_the_pair)
{
	struct hyptrace_clock clock;
	u64 now = UINT64_C(1) << 40;

	start(now);
	hyptrace_clock_get(&clock);
	assert_right_at(&clock, now);
	assert_right_at(&clock, now - FREQUENCY);
	assert_right_at(&clock, now + FREQUENCY);
	assert_right_at(&clock, now - 3600 * (u64)FREQUENCY);
	ck_assert_uint_eq(hyptrace_clock_ns(&clock, now + FREQUENCY),
			  hyptrace_clock_ns(&clock, now) + NSEC_PER_SEC);
}
END_TEST

START_TEST(a_pair_is_of_one_moment)
{
	struct hyptrace_clock clock;

	start(1000000);
	machine.look_ticks = 1000;
	hyptrace_clock_get(&clock);
	ck_assert_int_le(llabs(error_at(&clock, machine.counter)), 2 * TICK_NS);
}
END_TEST

START_TEST(order_is_kept)
{
	struct hyptrace_clock clock;
	u64 last = 0;

	start(1000000);
	hyptrace_clock_get(&clock);
	for (u64 counter = 999000; counter < 1002000; counter++) {
		u64 ns = hyptrace_clock_ns(&clock, counter);

		ck_assert_uint_gt(ns, last);
		last = ns;
	}
}
END_TEST

/* One pair for all, so that what different CPUs tell can be put in order. */
START_TEST(a_pair_that_is_right_stays)
{
	struct hyptrace_clock first, later;

	start(5000000);
	hyptrace_clock_get(&first);
	for (unsigned int i = 0; i < 100; i++) {
		machine.counter += 12345678;
		machine.look_ticks = 1 + i % 50;
		hyptrace_clock_get(&later);
		ck_assert_mem_eq(&first, &later, sizeof(first));
	}
}
END_TEST

/* In suspend the counter runs, and the clock does not. */
START_TEST(after_a_sleep_there_is_another)
{
	struct hyptrace_clock before, after;

	start(5000000);
	hyptrace_clock_get(&before);
	machine.counter += 100 * (u64)FREQUENCY;
	machine.ahead_ns -= 100 * NSEC_PER_SEC;
	hyptrace_clock_get(&after);
	assert_right_at(&after, machine.counter);
	ck_assert_int_gt(llabs(error_at(&before, machine.counter)), NSEC_PER_SEC);
}
END_TEST

/* A look during which the machine was away does not count. */
START_TEST(interrupted_looks_are_left_out)
{
	for (unsigned int look = 1; look <= 4; look++) {
		struct hyptrace_clock clock;

		start(UINT64_C(1) << (30 + look));
		machine.slow_look = look;
		hyptrace_clock_get(&clock);
		assert_right_at(&clock, machine.counter);
	}
}
END_TEST

/* A record may say anything. */
START_TEST(any_count_has_a_time)
{
	struct hyptrace_clock clock;

	start(1000);
	hyptrace_clock_get(&clock);
	hyptrace_clock_ns(&clock, 0);
	hyptrace_clock_ns(&clock, UINT64_MAX);
	hyptrace_clock_ns(&clock, clock.counter + (UINT64_C(1) << 63));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host_clock");
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, times_before_and_after_the_pair);
	tcase_add_test(tcase, a_pair_is_of_one_moment);
	tcase_add_test(tcase, order_is_kept);
	tcase_add_test(tcase, a_pair_that_is_right_stays);
	tcase_add_test(tcase, after_a_sleep_there_is_another);
	tcase_add_test(tcase, interrupted_looks_are_left_out);
	tcase_add_test(tcase, any_count_has_a_time);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
