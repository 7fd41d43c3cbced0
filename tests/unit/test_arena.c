// SPDX-License-Identifier: GPL-2.0-or-later
/* The arena over a page allocator that plays along, or not, with host pages of 4, 16 and 64 KiB. */
#include <check.h>

#include <pkvm/hypercall.h>

#include "arena.h"
#include "fake/kernel/env.h"
#include "suite.h"

static const unsigned int page_shifts[] = { 12, 14, 16 };
#define NR_SHIFTS	((int)(sizeof(page_shifts) / sizeof(page_shifts[0])))

static unsigned long hyp_per_host, block_pages;

static void setup(int shift)
{
	fake_kernel_init(page_shifts[shift]);
	hyp_per_host = 1UL << (page_shifts[shift] - PKVM_PAGE_SHIFT);
	block_pages = PKVM_RANGE_PAGES / hyp_per_host;
}

static struct pkvm_arena_stats stats(void)
{
	struct pkvm_arena_stats ret;

	pkvm_arena_stats(&ret);
	ck_assert_uint_eq(ret.held, pkvm_arena_held());
	return ret;
}

static void free_all(struct page *page, unsigned long nr)
{
	while (nr--)
		__free_page(page++);
}

START_TEST(it_is_filled_only_when_empty)
{
	setup(_i);
	ck_assert_uint_eq(pkvm_arena_held(), 0);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	ck_assert_uint_eq(pkvm_arena_held(), PKVM_RANGE_PAGES);
	ck_assert(fake_last_gfp() & __GFP_NORETRY);
	ck_assert(!(fake_last_gfp() & __GFP_ACCOUNT));
	ck_assert_uint_eq(pkvm_arena_shrink(1), hyp_per_host);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	ck_assert_uint_eq(fake_pages_in_use(), block_pages - 1);
	ck_assert_uint_eq(stats().blocks, 1);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

START_TEST(without_a_block_it_stays_empty)
{
	unsigned long nr = 1;

	setup(_i);
	fake_limit_order(0);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), -ENOMEM);
	ck_assert_ptr_null(pkvm_arena_cut(&nr));
	ck_assert_uint_eq(nr, 0);
	ck_assert_uint_eq(pkvm_arena_shrink(1), 0);
	ck_assert_uint_eq(stats().held + stats().blocks + stats().cut, 0);
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

START_TEST(cuts_follow_each_other_to_the_end)
{
	unsigned long nr = 3, rest = block_pages;
	struct page *first, *second;

	setup(_i);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	first = pkvm_arena_cut(&nr);
	ck_assert_uint_eq(nr, 3);
	ck_assert_uint_eq(page_to_phys(first) % (PKVM_RANGE_PAGES * PKVM_PAGE_SIZE), 0);
	ck_assert_uint_eq(stats().cut, 3 * hyp_per_host);
	rest = block_pages;
	second = pkvm_arena_cut(&rest);
	ck_assert_ptr_eq(second, first + 3);
	ck_assert_uint_eq(rest, block_pages - 3);
	ck_assert_uint_eq(pkvm_arena_held(), 0);
	ck_assert_uint_eq(stats().cut, PKVM_RANGE_PAGES);

	/* Each page is the caller's by itself. */
	ck_assert_uint_eq(fake_refs(), block_pages);
	free_all(first, block_pages);
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

/* Charged pages are of the block, in order, although the page allocator gives them. */
START_TEST(charged_pages_lie_together)
{
	bool dry = false;
	struct page *first;
	unsigned long i;

	setup(_i);
	first = pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry);
	for (i = 1; i < block_pages; i++) {
		ck_assert_ptr_eq(pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry),
				 first + i);
		ck_assert_uint_eq(fake_last_gfp(), GFP_KERNEL | __GFP_ACCOUNT);
	}
	ck_assert(!dry);
	ck_assert_uint_eq(fake_refs(), block_pages);
	ck_assert_uint_eq(stats().blocks, 1);
	ck_assert_uint_eq(stats().cut, PKVM_RANGE_PAGES);
	ck_assert_uint_eq(stats().missed, 0);
	free_all(first, block_pages);
}
END_TEST

START_TEST(charged_page_may_be_another)
{
	bool dry = false;
	struct page *page;

	setup(_i);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	fake_forget_freed();
	page = pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry);
	ck_assert_uint_eq(page_to_phys(page), FAKE_RAM_BASE + PKVM_RANGE_PAGES * PKVM_PAGE_SIZE);
	/* The one that it should have been is free; the next is not looked at before its turn. */
	ck_assert_uint_eq(fake_pages_in_use(), block_pages);
	ck_assert_uint_eq(stats().held, PKVM_RANGE_PAGES - hyp_per_host);
	ck_assert_uint_eq(stats().missed, hyp_per_host);
	free_all(page, 1);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

/* A caller whose memcg is full gets none, not even one that the arena has. */
START_TEST(charged_page_may_be_refused)
{
	bool dry = false;

	setup(_i);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	fake_fail_page(1);
	ck_assert_ptr_null(pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry));
	ck_assert_uint_eq(fake_pages_in_use(), block_pages - 1);
	ck_assert_uint_eq(stats().missed, hyp_per_host);
	pkvm_arena_drain();
}
END_TEST

START_TEST(uncharged_page_needs_no_allocator)
{
	bool dry = false;
	struct page *page;

	setup(_i);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	fake_fail_page(1);
	fake_forget_freed();
	page = pkvm_arena_alloc_page(GFP_KERNEL, &dry);
	ck_assert_uint_eq(page_to_phys(page), FAKE_RAM_BASE);
	ck_assert_uint_eq(stats().missed, 0);
	free_all(page, 1);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

/* Who needs many pages asks for a block once in vain, not for each of them. */
START_TEST(dry_arena_is_not_filled_for_each_page)
{
	bool dry = false;

	setup(_i);
	fake_limit_order(0);
	free_all(pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry), 1);
	ck_assert(dry);
	fake_limit_order(-1U);
	free_all(pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry), 1);
	ck_assert_uint_eq(stats().blocks, 0);

	/* What another task has filled it with is as good. */
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	free_all(pkvm_arena_alloc_page(GFP_KERNEL | __GFP_ACCOUNT, &dry), 1);
	ck_assert_uint_eq(stats().cut, hyp_per_host);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

START_TEST(shrinking_frees_from_the_end)
{
	unsigned long nr = 1;
	struct page *first;

	setup(_i);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	ck_assert_uint_eq(pkvm_arena_shrink(0), 0);
	ck_assert_uint_eq(pkvm_arena_shrink(hyp_per_host + 1), 2 * hyp_per_host);
	ck_assert_uint_eq(fake_pages_in_use(), block_pages - 2);
	first = pkvm_arena_cut(&nr);
	ck_assert_uint_eq(page_to_phys(first), FAKE_RAM_BASE);
	ck_assert_uint_eq(pkvm_arena_shrink(UINT64_MAX), PKVM_RANGE_PAGES - 3 * hyp_per_host);
	ck_assert_uint_eq(pkvm_arena_held(), 0);
	ck_assert_uint_eq(fake_pages_in_use(), 1);
	free_all(first, 1);
}
END_TEST

static void fill(void)
{
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
}

/* A reserve may cost reclaim, a request for a few pages may not. */
START_TEST(only_free_blocks_serve_single_pages)
{
	bool dry = false;

	setup(_i);
	free_all(pkvm_arena_alloc_page(GFP_KERNEL, &dry), 1);
	ck_assert_uint_eq(fake_last_gfp() & __GFP_RECLAIM, 0);
	pkvm_arena_drain();
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	ck_assert_uint_eq(fake_last_gfp() & __GFP_RECLAIM, __GFP_RECLAIM);
	pkvm_arena_drain();
}
END_TEST

START_TEST(two_tasks_fill_it_once)
{
	setup(_i);
	fake_meanwhile(fill);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	ck_assert_uint_eq(pkvm_arena_held(), PKVM_RANGE_PAGES);
	ck_assert_uint_eq(fake_pages_in_use(), block_pages);
	ck_assert_uint_eq(stats().blocks, 1);
	pkvm_arena_drain();
	ck_assert_uint_eq(fake_pages_in_use(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tc = tcase_create("arena");

	tcase_add_loop_test(tc, it_is_filled_only_when_empty, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, without_a_block_it_stays_empty, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, cuts_follow_each_other_to_the_end, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, charged_pages_lie_together, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, charged_page_may_be_another, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, charged_page_may_be_refused, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, uncharged_page_needs_no_allocator, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, dry_arena_is_not_filled_for_each_page, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, shrinking_frees_from_the_end, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, only_free_blocks_serve_single_pages, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, two_tasks_fill_it_once, 0, NR_SHIFTS);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
