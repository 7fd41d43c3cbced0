// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's reclaim and teardown against an EL2 that has pages to give, or is at work with
 * them: what comes back is free, in whole pages of the host's, and counted.
 */
#include <check.h>
#include <stdlib.h>

#include <linux/delay.h>

#include "account.h"
#include "arena.h"
#include "fake/kernel/env.h"
#include "hcall.h"
#include "memcache.h"
#include "notify.h"
#include "reclaim.h"
#include "stats.h"

static const unsigned int page_shifts[] = { 12, 14, 16 };
#define NR_SHIFTS	((int)(sizeof(page_shifts) / sizeof(page_shifts[0])))

/* So many pages does EL2 get: no whole number of batches. */
#define PAGES	(3 * PKVM_BATCH_PAGES + 16)

/* More than anybody is to wait for the other calls at EL2. */
#define PATIENCE_MS	30000

static struct {
	struct pkvm_memcache pages;
	unsigned int busy;		/* calls that find others at work */
	unsigned int calls;
	unsigned int fail_call;		/* that call fails, 1 for the first */
	int fail_err;
} el2;

static unsigned int accounts;
static struct pkvm_event last_event;

void pkvm_account(void)
{
	accounts++;
}

void pkvm_notify(const struct pkvm_event *ev)
{
	last_event = *ev;
}

static void give(u64 nr, struct arm_smccc_1_2_regs *regs)
{
	struct pkvm_memcache batch;

	pkvm_memcache_split(&el2.pages, nr, &batch);
	regs->a2 = batch.head;
	regs->a3 = batch.nr_pages;
}

int pkvm_hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	ck_assert(nr == PKVM_HCALL_RECLAIM || nr == PKVM_HCALL_TEARDOWN);
	if (++el2.calls == el2.fail_call)
		return el2.fail_err;
	if (el2.busy) {
		el2.busy--;
		return -EBUSY;
	}
	ck_assert_uint_le(regs->a1, PKVM_BATCH_PAGES);
	give(regs->a1, regs);
	return 0;
}

/* EL2 has so many pages; the arena has some ready. */
static void setup(unsigned int page_shift)
{
	pkvm_arena_drain();
	fake_kernel_init(page_shift);
	el2 = (__typeof__(el2)){ .pages = PKVM_MEMCACHE_INIT };
	accounts = 0;
	ck_assert_int_eq(pkvm_memcache_fill(&el2.pages, PAGES, GFP_KERNEL), 0);
	pkvm_count(PKVM_COUNT_DONATED, PAGES);
}

static void assert_all_is_back(void)
{
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
	ck_assert_int_eq(pkvm_pages_out(), 0);
}

START_TEST(reclaim_takes_so_many)
{
	u64 done;

	setup(page_shifts[_i]);
	ck_assert_uint_gt(pkvm_arena_held(), 0);
	ck_assert_int_eq(pkvm_reclaim(PKVM_BATCH_PAGES + 3, &done), 0);
	ck_assert_uint_eq(done, PKVM_BATCH_PAGES + 3);
	ck_assert_uint_eq(el2.calls, 2);
	ck_assert_uint_eq(pkvm_arena_held(), 0);
	ck_assert_uint_eq(accounts, 1);
	ck_assert_int_eq(last_event.type, PKVM_EVENT_RECLAIM);
	ck_assert_uint_eq(last_event.pages, done);
	/* A page of the host's is free once all of EL2's in it are. */
	ck_assert_uint_eq(fake_refs(), PAGES - done);

	ck_assert_int_eq(pkvm_reclaim(PAGES, &done), 0);
	ck_assert_uint_eq(done, PAGES - PKVM_BATCH_PAGES - 3);
	assert_all_is_back();
}
END_TEST

START_TEST(reclaim_stops_at_an_error)
{
	u64 done;

	setup(12);
	el2.fail_call = 3;
	el2.fail_err = -EIO;
	ck_assert_int_eq(pkvm_reclaim(PAGES, &done), -EIO);
	ck_assert_uint_eq(done, 2 * PKVM_BATCH_PAGES);
	ck_assert_int_eq(last_event.err, -EIO);
	ck_assert_uint_eq(fake_refs(), PAGES - done);
}
END_TEST

START_TEST(teardown_takes_all)
{
	setup(page_shifts[_i]);
	ck_assert_int_eq(pkvm_teardown(), 0);
	ck_assert_uint_eq(fake_slept_ms, 0);
	assert_all_is_back();
}
END_TEST

START_TEST(teardown_waits_for_calls)
{
	setup(12);
	el2.busy = 7;
	ck_assert_int_eq(pkvm_teardown(), 0);
	ck_assert_uint_gt(fake_slept_ms, 0);
	assert_all_is_back();
}
END_TEST

START_TEST(teardown_gives_up_in_time)
{
	setup(12);
	el2.busy = -1;
	ck_assert_int_eq(pkvm_teardown(), -EBUSY);
	ck_assert_uint_ge(fake_slept_ms, 1000);
	ck_assert_uint_le(fake_slept_ms, PATIENCE_MS);
	ck_assert_int_eq(pkvm_pages_out(), PAGES);
}
END_TEST

START_TEST(teardown_of_a_dead_el2)
{
	setup(12);
	el2.fail_call = 2;
	el2.fail_err = -EIO;
	ck_assert_int_eq(pkvm_teardown(), -EIO);
	ck_assert_uint_eq(el2.calls, 2);
	ck_assert_uint_eq(fake_slept_ms, 0);
	ck_assert_int_eq(pkvm_pages_out(), PAGES - PKVM_BATCH_PAGES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host_reclaim");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, reclaim_takes_so_many, 0, NR_SHIFTS);
	tcase_add_test(tcase, reclaim_stops_at_an_error);
	tcase_add_loop_test(tcase, teardown_takes_all, 0, NR_SHIFTS);
	tcase_add_test(tcase, teardown_waits_for_calls);
	tcase_add_test(tcase, teardown_gives_up_in_time);
	tcase_add_test(tcase, teardown_of_a_dead_el2);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
