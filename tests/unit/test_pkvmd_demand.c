// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd learns of the bursts of VM starts: their size, the window, and how it is forgotten. */
#include <check.h>

#include "../../daemon/pkvmd/demand.h"
#include "suite.h"

#define MS		UINT64_C(1000)
#define SECOND		(1000 * MS)
#define WINDOW		(DEMAND_SLOTS * SECOND)
#define HALF_LIFE	(3600 * SECOND)
/* Where nothing is to be forgotten. */
#define FOR_EVER	(UINT64_C(1) << 60)

static struct demand demand;

static void setup(void)
{
	demand_init(&demand);
}

static void see(uint64_t at, uint64_t in_use)
{
	demand_see(&demand, at, in_use, 0, WINDOW, FOR_EVER);
}

START_TEST(first_sample_is_no_rise)
{
	ck_assert_uint_eq(demand_pages(&demand, 0, HALF_LIFE), 0);
	see(100 * SECOND, 5000);
	ck_assert_uint_eq(demand.burst, 0);
	see(101 * SECOND, 5000);
	ck_assert_uint_eq(demand.burst, 0);
}
END_TEST

/* Several starts in a row are one burst, measured from the least in use. */
START_TEST(rise_within_the_window)
{
	see(0, 100);
	see(SECOND, 40);
	ck_assert_uint_eq(demand.burst, 0);
	see(2 * SECOND, 140);
	ck_assert_uint_eq(demand.burst, 100);
	see(5 * SECOND, 340);
	ck_assert_uint_eq(demand.burst, 300);
	see(6 * SECOND, 200);
	see(7 * SECOND, 339);
	ck_assert_uint_eq(demand.burst, 300);
	see(7 * SECOND, 341);
	ck_assert_uint_eq(demand.burst, 301);
}
END_TEST

/* The low of the first second counts as long as that is in the window, and not after. */
START_TEST(window_has_an_end)
{
	see(0, 0);
	see(500 * MS, 100);
	see(SECOND, 100);
	see(WINDOW - SECOND + _i * SECOND, 150);
	ck_assert_uint_eq(demand.burst, _i ? 100 : 150);
}
END_TEST

/* What grows all the time is no burst: only as much of it as falls into the window. */
START_TEST(slow_growth_is_little)
{
	for (uint64_t i = 0; i < 200; i++)
		see(i * SECOND, 10 * i);
	ck_assert_uint_eq(demand.burst, 10 * (DEMAND_SLOTS - 1));
}
END_TEST

/* Nothing was in use less in between, or there would have been a sample. */
START_TEST(silence_changes_nothing)
{
	see(0, 100);
	see(1000 * WINDOW, 600);
	ck_assert_uint_eq(demand.burst, 500);
}
END_TEST

/* EL2 was given back and taken: what it has in use then has not risen. */
START_TEST(forgotten_window)
{
	see(0, 0);
	demand_forget_window(&demand);
	see(SECOND, 5000);
	ck_assert_uint_eq(demand.burst, 0);
	see(2 * SECOND, 5100);
	ck_assert_uint_eq(demand.burst, 100);
}
END_TEST

/* The largest request is learnt beside the burst, each its own maximum. */
START_TEST(largest_request)
{
	demand_see(&demand, 0, 0, 30, WINDOW, FOR_EVER);
	demand_see(&demand, SECOND, 400, 20, WINDOW, FOR_EVER);
	ck_assert_uint_eq(demand.burst, 400);
	ck_assert_uint_eq(demand.largest, 30);
	demand_see(&demand, 2 * SECOND, 0, 50, WINDOW, FOR_EVER);
	ck_assert_uint_eq(demand.burst, 400);
	ck_assert_uint_eq(demand.largest, 50);
	/* The burst, a quarter more, and the request. */
	ck_assert_uint_eq(demand_pages(&demand, 2 * SECOND, FOR_EVER), 400 + 100 + 50);
}
END_TEST

static const struct {
	uint64_t age, pages;
} faded[] = {
	{ 0, 1000 + 250 + 100 },
	{ HALF_LIFE / 2, 750 + 187 + 75 },
	{ HALF_LIFE, 500 + 125 + 50 },
	{ HALF_LIFE * 3 / 2, 375 + 93 + 38 },
	{ 3 * HALF_LIFE, 125 + 31 + 12 },
	{ 64 * HALF_LIFE, 0 },
	{ 65 * HALF_LIFE, 0 },
};

#define N_FADED	((int)(sizeof(faded) / sizeof(faded[0])))

START_TEST(fades_by_halves)
{
	const uint64_t learnt_at = 7 * SECOND;

	demand_restore(&demand, 1000, 100, 0, HALF_LIFE, learnt_at);
	ck_assert_uint_eq(demand_pages(&demand, learnt_at + faded[_i].age, HALF_LIFE),
			  faded[_i].pages);
	/* A moment before, it was no more. */
	ck_assert_uint_eq(demand_pages(&demand, 0, HALF_LIFE), faded[0].pages);
}
END_TEST

/* Kept over a restart, it has faded meanwhile. */
START_TEST(restored_with_its_age)
{
	demand_restore(&demand, 1000, 100, faded[_i].age, HALF_LIFE, 7 * SECOND);
	ck_assert_uint_eq(demand_pages(&demand, 7 * SECOND, HALF_LIFE), faded[_i].pages);
}
END_TEST

/* A burst that is smaller than what is left of the last one teaches nothing, not even the time. */
START_TEST(smaller_burst_waits_for_its_time)
{
	demand_restore(&demand, 1000, 0, 0, HALF_LIFE, 0);
	demand_see(&demand, HALF_LIFE - 1, 0, 0, WINDOW, HALF_LIFE);
	demand_see(&demand, HALF_LIFE, 300, 0, WINDOW, HALF_LIFE);
	ck_assert_uint_eq(demand.burst, 1000);
	ck_assert_uint_eq(demand.learnt_at, 0);

	demand_see(&demand, 2 * HALF_LIFE - 1, 0, 0, WINDOW, HALF_LIFE);
	demand_see(&demand, 2 * HALF_LIFE, 300, 0, WINDOW, HALF_LIFE);
	ck_assert_uint_eq(demand.burst, 300);
	ck_assert_uint_eq(demand.learnt_at, 2 * HALF_LIFE);
}
END_TEST

/* What is learnt anew of the one does not make the other young again. */
START_TEST(both_fade_together)
{
	demand_restore(&demand, 1000, 100, 0, HALF_LIFE, 0);
	demand_see(&demand, HALF_LIFE, 0, 80, WINDOW, HALF_LIFE);
	ck_assert_uint_eq(demand.burst, 500);
	ck_assert_uint_eq(demand.largest, 80);
	ck_assert_uint_eq(demand_pages(&demand, HALF_LIFE, HALF_LIFE), 500 + 125 + 80);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_demand");
	TCase *tcase = tcase_create("demand");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, first_sample_is_no_rise);
	tcase_add_test(tcase, rise_within_the_window);
	tcase_add_loop_test(tcase, window_has_an_end, 0, 2);
	tcase_add_test(tcase, slow_growth_is_little);
	tcase_add_test(tcase, silence_changes_nothing);
	tcase_add_test(tcase, forgotten_window);
	tcase_add_test(tcase, largest_request);
	tcase_add_loop_test(tcase, fades_by_halves, 0, N_FADED);
	tcase_add_loop_test(tcase, restored_with_its_age, 0, N_FADED);
	tcase_add_test(tcase, smaller_burst_waits_for_its_time);
	tcase_add_test(tcase, both_fade_together);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
