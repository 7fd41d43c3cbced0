// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's top-up against an EL2 that owns what it takes: every page is either
 * the host's, free, or EL2's, whatever fails and whenever.
 */
#include <check.h>
#include <stdlib.h>

#include <linux/log2.h>

#include "account.h"
#include "arena.h"
#include "crash.h"
#include "fake/kernel/env.h"
#include "hcall.h"
#include "notify.h"
#include "stats.h"
#include "suite.h"
#include "topup.h"

static const unsigned int page_shifts[] = { 12, 14, 16 };
#define NR_SHIFTS	((int)(sizeof(page_shifts) / sizeof(page_shifts[0])))
#define HYP_PER_HOST	(1UL << (fake_page_shift - PKVM_PAGE_SHIFT))

/* EL2: the pages it owns, and how it is to behave. */
static struct {
	bool owns[FAKE_RAM_SIZE >> PKVM_PAGE_SHIFT];
	u64 nr_owned;
	unsigned int metadata_every;	/* the nth page of a call does not join, 0: all join */
	unsigned int metadata_calls;	/* calls none of whose pages join */
	unsigned int calls;
	unsigned int fail_call;		/* that call fails, 1 for the first */
	int fail_err;
	u64 untaken;			/* pages at the end of a call that it hands back... */
	unsigned int untaken_calls;	/* ...in the first so many calls */
	u64 flags;			/* of the last call */
	u64 largest;			/* pages of the largest range */
} el2;

static bool dead;
static unsigned int events;
static struct pkvm_event last_event;

bool pkvm_is_dead(void)
{
	return dead;
}

/* What is reclaimable has changed by the time that a top-up is told. */
static unsigned int accounts;

void pkvm_account(void)
{
	accounts++;
}

void pkvm_notify(const struct pkvm_event *ev)
{
	ck_assert_uint_gt(accounts, events);
	last_event = *ev;
	events++;
}

static void own(u64 pa)
{
	u64 i = (pa - FAKE_RAM_BASE) >> PKVM_PAGE_SHIFT;

	ck_assert_uint_eq(pa % PKVM_PAGE_SIZE, 0);
	ck_assert(!el2.owns[i]);
	el2.owns[i] = true;
	el2.nr_owned++;
}

/* Reads the link first: what is owned is not the host's to see any more. */
static u64 own_list(u64 pa, u64 nr)
{
	while (nr--) {
		u64 next = *(u64 *)phys_to_virt(pa);

		own(pa);
		*(u64 *)phys_to_virt(pa) = UINT64_MAX;
		pa = next;
	}
	return pa;
}

static u64 taking(u64 nr)
{
	return el2.calls <= el2.untaken_calls ? nr - min_t(u64, el2.untaken, nr) : nr;
}

static u64 joining(u64 taken)
{
	if (el2.calls <= el2.metadata_calls)
		return 0;
	return taken - (el2.metadata_every ? taken / el2.metadata_every : 0);
}

static u64 list_length(u64 pa)
{
	u64 n = 0;

	for (; pa != PKVM_LIST_END; pa = *(u64 *)phys_to_virt(pa))
		n++;
	return n;
}

static void take_list(struct arm_smccc_1_2_regs *regs)
{
	u64 nr = regs->a2, taken = taking(nr);

	ck_assert_uint_ge(nr, 1);
	ck_assert_uint_le(nr, PKVM_BATCH_PAGES);
	ck_assert_uint_eq(list_length(regs->a1), nr);
	regs->a2 = own_list(regs->a1, taken);
	regs->a3 = nr - taken;
	regs->a4 = joining(taken);
}

static void take_range(struct arm_smccc_1_2_regs *regs)
{
	u64 nr = regs->a2, taken = taking(nr);

	ck_assert_uint_ge(nr, 1);
	ck_assert_uint_le(nr, PKVM_RANGE_PAGES);
	for (u64 i = 0; i < taken; i++)
		own(regs->a1 + i * PKVM_PAGE_SIZE);
	if (nr > el2.largest)
		el2.largest = nr;
	regs->a2 = regs->a1 + taken * PKVM_PAGE_SIZE;
	regs->a3 = nr - taken;
	regs->a4 = joining(taken);
}

int pkvm_hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	/* Its own allocations would find the shrinker standing back. */
	ck_assert(pkvm_topup_running());
	el2.flags = regs->a3;
	if (++el2.calls == el2.fail_call)
		return el2.fail_err;
	if (nr == PKVM_HCALL_TOPUP_LIST)
		take_list(regs);
	else if (nr == PKVM_HCALL_TOPUP_RANGE)
		take_range(regs);
	else
		ck_abort_msg("hypercall %d", nr);
	return 0;
}

static void setup(unsigned int page_shift)
{
	pkvm_arena_drain();
	fake_kernel_init(page_shift);
	el2 = (__typeof__(el2)){};
	dead = false;
	events = 0;
}

/* Hyp pages that are allocated and not EL2's, and the same as the counters see it. */
static void assert_nothing_leaked(void)
{
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_refs(), el2.nr_owned);
	ck_assert_int_eq(pkvm_pages_out(), el2.nr_owned);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_TOPUP_LIST) +
				  pkvm_counted(PKVM_COUNT_TOPUP_RANGE),
			  el2.nr_owned);
	ck_assert(!pkvm_topup_running());
}

START_TEST(reserve_goes_in_blocks)
{
	u64 done;

	setup(page_shifts[_i]);
	ck_assert_int_eq(pkvm_topup(600, &done), 0);
	ck_assert_uint_ge(done, 600);
	ck_assert_uint_lt(done, 600 + HYP_PER_HOST);
	ck_assert_uint_eq(el2.nr_owned, done);
	ck_assert_uint_eq(el2.largest, PKVM_RANGE_PAGES);
	/* A block of 512, the rest in one piece out of the arena. */
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_TOPUP_RANGE), done);
	ck_assert_uint_eq(el2.calls, 2);
	ck_assert_uint_eq(pkvm_arena_held(), PKVM_RANGE_PAGES - (done - PKVM_RANGE_PAGES));
	ck_assert_uint_eq(el2.flags, 0);
	assert_nothing_leaked();

	ck_assert_uint_eq(events, 1);
	ck_assert_int_eq(last_event.type, PKVM_EVENT_TOPUP);
	ck_assert_uint_eq(last_event.asked, 600);
	ck_assert_uint_eq(last_event.pages, done);
	ck_assert_int_eq(last_event.err, 0);
}
END_TEST

START_TEST(reserve_falls_back_to_smaller_blocks_and_pages)
{
	unsigned int order = _i;
	u64 done;

	setup(12);
	fake_limit_order(order);
	ck_assert_int_eq(pkvm_topup(600, &done), 0);
	ck_assert_uint_eq(done, 600);
	ck_assert_uint_eq(el2.largest, order < 4 ? 0 : 1UL << order);
	if (order < 4)
		ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_TOPUP_LIST), 600);
	assert_nothing_leaked();
}
END_TEST

/* Reserves and requests, in amounts as they come: all lie in one piece. */
START_TEST(small_amounts_lie_together)
{
	u64 done, nr = 0;

	setup(page_shifts[_i]);
	for (u64 n = 1; n <= 5; n++) {
		ck_assert_int_eq(pkvm_topup(7 * n, &done), 0);
		nr += done;
		ck_assert_int_eq(pkvm_topup_credit(3 * n, &done), 0);
		nr += done;
	}
	ck_assert_uint_eq(el2.nr_owned, nr);
	for (u64 i = 0; i < nr; i++)
		ck_assert(el2.owns[i]);
	ck_assert_uint_eq(pkvm_arena_held(), PKVM_RANGE_PAGES - nr);
	assert_nothing_leaked();
}
END_TEST

/* With no block of 2 MiB left, what the arena holds is used before smaller ones are looked for. */
START_TEST(rest_of_the_arena_is_used_up)
{
	u64 done;

	setup(12);
	ck_assert_int_eq(pkvm_topup(12, &done), 0);
	fake_limit_order(8);
	ck_assert_int_eq(pkvm_topup(PKVM_RANGE_PAGES + 256, &done), 0);
	ck_assert_uint_eq(done, PKVM_RANGE_PAGES + 256);
	ck_assert_uint_eq(pkvm_arena_held(), 0);
	ck_assert_uint_eq(el2.largest, PKVM_RANGE_PAGES - 12);
	assert_nothing_leaked();
}
END_TEST

START_TEST(pages_that_become_metadata_are_made_up_for)
{
	u64 done;

	setup(page_shifts[_i]);
	el2.metadata_every = 5;
	el2.metadata_calls = 3;
	ck_assert_int_eq(pkvm_topup(100, &done), 0);
	ck_assert_uint_ge(done, 100);
	ck_assert_uint_gt(el2.nr_owned, done);
	assert_nothing_leaked();

	ck_assert_int_eq(pkvm_topup_credit(30, &done), 0);
	ck_assert_uint_ge(done, 30);
	assert_nothing_leaked();
}
END_TEST

START_TEST(request_is_credited_and_charged)
{
	u64 credit;

	setup(page_shifts[_i]);
	ck_assert_int_eq(pkvm_topup_credit(130, &credit), 0);
	ck_assert_uint_ge(credit, 130);
	ck_assert_uint_lt(credit, 130 + HYP_PER_HOST);
	ck_assert_uint_eq(el2.flags, PKVM_TOPUP_CREDIT);
	ck_assert(fake_last_gfp() & __GFP_ACCOUNT);
	ck_assert_uint_eq(el2.largest, 0);
	ck_assert_uint_eq(events, 0);
	assert_nothing_leaked();

	ck_assert_int_eq(pkvm_topup(3, &credit), 0);
	ck_assert(!(fake_last_gfp() & __GFP_ACCOUNT));
	assert_nothing_leaked();
}
END_TEST

START_TEST(request_shows_nothing_before_all_is_allocated)
{
	u64 credit;

	setup(12);
	fake_fail_page(130);
	ck_assert_int_eq(pkvm_topup_credit(130, &credit), -ENOMEM);
	ck_assert_uint_eq(credit, 0);
	ck_assert_uint_eq(el2.calls, 0);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_ALLOC_FAILURES), 1);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_TOPUP_FAILURES), 1);
	assert_nothing_leaked();
}
END_TEST

/* Whichever page cannot be had: what EL2 has taken is told, the rest is free. */
START_TEST(any_allocation_may_fail)
{
	u64 done, nth;

	for (nth = 1; nth <= 200; nth++) {
		setup(12);
		fake_limit_order(0);
		fake_fail_page(nth);
		u64 before = pkvm_pages_out();

		ck_assert_int_eq(pkvm_topup(200, &done), -ENOMEM);
		ck_assert_uint_eq(done, (nth - 1) / PKVM_BATCH_PAGES * PKVM_BATCH_PAGES);
		ck_assert_uint_eq(done, el2.nr_owned);
		ck_assert_uint_eq(fake_refs(), el2.nr_owned);
		ck_assert_uint_eq(pkvm_pages_out() - before, el2.nr_owned);
		ck_assert_int_eq(last_event.err, -ENOMEM);
		ck_assert_uint_eq(last_event.pages, done);
	}
}
END_TEST

/* A refused batch is the host's still. */
START_TEST(any_call_may_be_refused)
{
	u64 done;

	setup(page_shifts[_i % NR_SHIFTS]);
	el2.fail_call = 1 + _i / NR_SHIFTS;
	/* 600 pages are 512 and a piece of the arena, or 256 twice, 64, 16 and a list. */
	if (el2.fail_call > 2)
		fake_limit_order(ilog2(256 / HYP_PER_HOST));
	el2.fail_err = -EPERM;
	ck_assert_int_eq(pkvm_topup(600, &done), -EPERM);
	ck_assert_uint_eq(done, el2.nr_owned);
	assert_nothing_leaked();
}
END_TEST

START_TEST(request_may_be_refused_halfway)
{
	u64 credit;

	setup(page_shifts[_i]);
	el2.fail_call = 2;
	el2.fail_err = -EFAULT;
	ck_assert_int_eq(pkvm_topup_credit(200, &credit), -EFAULT);
	ck_assert_uint_eq(credit, PKVM_BATCH_PAGES);
	assert_nothing_leaked();
}
END_TEST

/* The pages of the call in which EL2 died are nobody's to free: their links may be gone. */
START_TEST(death_keeps_what_it_was_given)
{
	u64 credit;

	setup(12);
	el2.fail_call = 2;
	el2.fail_err = -EIO;
	ck_assert_int_eq(pkvm_topup_credit(200, &credit), -EIO);
	ck_assert_uint_eq(credit, PKVM_BATCH_PAGES);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_refs(), 2 * PKVM_BATCH_PAGES);
	ck_assert_int_eq(pkvm_pages_out(), 2 * PKVM_BATCH_PAGES);

	dead = true;
	ck_assert_int_eq(pkvm_topup(10, &credit), -EIO);
	ck_assert_uint_eq(credit, 0);
	ck_assert_uint_eq(el2.calls, 2);
	ck_assert_uint_eq(fake_refs(), 2 * PKVM_BATCH_PAGES);
}
END_TEST

START_TEST(what_is_not_taken_is_freed)
{
	u64 done;

	setup(page_shifts[_i]);
	el2.untaken = 3;
	el2.untaken_calls = 2;
	ck_assert_int_eq(pkvm_topup(100, &done), 0);
	ck_assert_uint_ge(done, 100);
	ck_assert_uint_eq(done, el2.nr_owned);
	assert_nothing_leaked();
}
END_TEST

/* No error, no progress: it ends all the same. */
START_TEST(taking_nothing_is_an_error)
{
	u64 done;

	setup(page_shifts[_i]);
	el2.untaken = PKVM_RANGE_PAGES;
	el2.untaken_calls = -1U;
	ck_assert_int_eq(pkvm_topup(100, &done), -ENOSPC);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(pkvm_topup_credit(100, &done), -ENOSPC);
	ck_assert_uint_eq(done, 0);
	assert_nothing_leaked();
}
END_TEST

/* Others are found for what EL2 could not take at first, and it is offered again. */
START_TEST(what_is_left_is_offered_again)
{
	u64 done;

	setup(page_shifts[_i]);
	el2.untaken = PKVM_BATCH_PAGES;
	el2.untaken_calls = 4;
	ck_assert_int_eq(pkvm_topup_credit(8, &done), 0);
	ck_assert_uint_ge(el2.calls, 5);
	ck_assert_uint_ge(done, 5 * 8);
	ck_assert_uint_eq(done, el2.nr_owned);
	assert_nothing_leaked();
}
END_TEST

START_TEST(fatal_signal_ends_it)
{
	u64 done;

	setup(12);
	fake_task.killed = true;
	ck_assert_int_eq(pkvm_topup(100, &done), -EINTR);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(pkvm_topup_credit(100, &done), -EINTR);
	ck_assert_uint_eq(done, 0);
	ck_assert_uint_eq(el2.calls, 0);
	assert_nothing_leaked();
}
END_TEST

START_TEST(numbers_out_of_range_are_refused)
{
	u64 done = 1;

	setup(12);
	ck_assert_int_eq(pkvm_topup(0, &done), -EINVAL);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(pkvm_topup(PKVM_TOPUP_MAX_PAGES + 1, &done), -EINVAL);
	ck_assert_int_eq(pkvm_topup(UINT64_MAX, &done), -EINVAL);
	ck_assert_uint_eq(el2.calls, 0);
	ck_assert_uint_eq(events, 0);
}
END_TEST

static TCase *cases(void)
{
	TCase *tc = tcase_create("topup");

	tcase_add_loop_test(tc, reserve_goes_in_blocks, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, reserve_falls_back_to_smaller_blocks_and_pages, 0, 9);
	tcase_add_loop_test(tc, small_amounts_lie_together, 0, NR_SHIFTS);
	tcase_add_test(tc, rest_of_the_arena_is_used_up);
	tcase_add_loop_test(tc, pages_that_become_metadata_are_made_up_for, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, request_is_credited_and_charged, 0, NR_SHIFTS);
	tcase_add_test(tc, request_shows_nothing_before_all_is_allocated);
	tcase_add_test(tc, any_allocation_may_fail);
	tcase_add_loop_test(tc, any_call_may_be_refused, 0, 5 * NR_SHIFTS);
	tcase_add_loop_test(tc, request_may_be_refused_halfway, 0, NR_SHIFTS);
	tcase_add_test(tc, death_keeps_what_it_was_given);
	tcase_add_loop_test(tc, what_is_not_taken_is_freed, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, taking_nothing_is_an_error, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, what_is_left_is_offered_again, 0, NR_SHIFTS);
	tcase_add_test(tc, fatal_signal_ends_it);
	tcase_add_test(tc, numbers_out_of_range_are_refused);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("topup");

	suite_add_tcase(suite, cases());
	return suite_run(suite);
}
