// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The buddy allocator: how blocks split and join. What is free determines the blocks: they
 * are the largest aligned ones that are free as a whole. So the model is a set of pages.
 */
#include <string.h>

#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/pool.h"
#include "../../kmod/hyp/stock.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define BLOCK		(HYP_PAGE_SIZE << POOL_MAX_ORDER)
#define NR_PAGES	(3U << POOL_MAX_ORDER)

/* Three host blocks of the default machine, of which the one before holds the metadata. */
#define BASE		(UINT64_C(0x140000000) + BLOCK)

static struct pool pool;
static bool is_free[NR_PAGES];	/* in the pool; the others are in hand, in PAGE_STOCK, too */

static phys_addr_t pa_of(unsigned int page)
{
	return BASE + page * HYP_PAGE_SIZE;
}

/* The tests begin with pages that were the stock's, and end with these in it again. */
static void setup(void)
{
	struct hyp_ask ask = { 0 };

	host_start_all();
	host_topup_range(BASE - 5 * HYP_PAGE_SIZE, 5);
	for (unsigned int i = 0; i < 3; i++)
		host_topup_range(BASE + i * BLOCK, 512);
	mm_check();
	ck_assert_int_eq(hyp_reserve(&ask, NR_PAGES), 0);
	for (unsigned int page = 0; page < NR_PAGES; page++)
		__stock_get_reserved(PAGE_STOCK);
	memset(is_free, 0, sizeof(is_free));
	memset(&pool, 0, sizeof(pool));
}

static bool all_free(unsigned int page, unsigned int order)
{
	for (unsigned int i = 0; i < 1U << order; i++)
		if (!is_free[page + i])
			return false;
	return true;
}

/* The largest free block that a page is the first of. */
static int order_of(unsigned int page)
{
	int order = 0;

	if (!is_free[page])
		return PAGE_NO_ORDER;
	while (order < POOL_MAX_ORDER && page % (2U << order) == 0 && all_free(page, order + 1))
		order++;
	return order;
}

static bool in_list(phys_addr_t pa, int order)
{
	const struct pool_list *list = &pool.list[order];
	phys_addr_t at = list->head;

	for (u64 i = 0; i < list->nr; i++) {
		if (at == pa)
			return true;
		at = i ? *(u64 *)arch_env_page(at) : list->second;
	}
	return false;
}

static void assert_as_modelled(void)
{
	u64 blocks[POOL_MAX_ORDER + 1] = { 0 };

	for (unsigned int page = 0, behind = 0; page < NR_PAGES; page++) {
		int order = page < behind ? PAGE_NO_ORDER : order_of(page);

		if (__page_free_order(pa_of(page)) != order)
			ck_abort_msg("page %u has order %d, not %d", page,
				     __page_free_order(pa_of(page)), order);
		if (order == PAGE_NO_ORDER)
			continue;
		behind = page + (1U << order);
		blocks[order]++;
		if (!in_list(pa_of(page), order))
			ck_abort_msg("page %u is not in the list of order %d", page, order);
	}
	for (unsigned int order = 0; order <= POOL_MAX_ORDER; order++)
		ck_assert_uint_eq(pool.list[order].nr, blocks[order]);
}

static void put(unsigned int page, unsigned int nr)
{
	for (unsigned int i = page; i < page + nr; i++) {
		ck_assert(!is_free[i]);
		is_free[i] = true;
	}
	__pool_put(&pool, pa_of(page), nr);
}

/* Pages that were got: free before, zero now. Scribbling on them harms nobody. */
static void check_out(unsigned int page, unsigned int nr)
{
	for (unsigned int i = page; i < page + nr; i++) {
		ck_assert(is_free[i]);
		is_free[i] = false;
		if (!arch_env_is_zero(pa_of(i), 0))
			ck_abort_msg("page %u is not zero", i);
	}
}

static unsigned int get(unsigned int order)
{
	phys_addr_t pa = __pool_get(&pool, order);
	unsigned int page = (pa - BASE) >> HYP_PAGE_SHIFT;

	ck_assert_uint_ne(pa, PKVM_LIST_END);
	ck_assert_uint_lt(page, NR_PAGES);
	ck_assert_uint_eq(page % (1U << order), 0);
	check_out(page, 1U << order);
	return page;
}

static void get_page(unsigned int page)
{
	ck_assert(__pool_get_page(&pool, pa_of(page)));
	check_out(page, 1);
}

static void finish(void)
{
	for (unsigned int page = 0; page < NR_PAGES; page++)
		if (!is_free[page])
			put(page, 1);
	assert_as_modelled();
	for (unsigned int i = 0; i < 3; i++)
		__stock_put(pa_of(get(POOL_MAX_ORDER)), 512, STOCK_ZERO);
	mm_check();
}

START_TEST(an_empty_pool_has_nothing)
{
	unsigned int order;

	for (order = 0; order <= POOL_MAX_ORDER; order++)
		ck_assert_uint_eq(__pool_get(&pool, order), PKVM_LIST_END);
	ck_assert_uint_eq(__pool_largest(&pool, &order), PKVM_LIST_END);
	ck_assert(!__pool_get_page(&pool, pa_of(0)));
	assert_as_modelled();
	finish();
}
END_TEST

/* From a block of each order a block of each that is not larger, and back. */
START_TEST(blocks_split_and_join_at_every_order)
{
	for (unsigned int from = 0; from <= POOL_MAX_ORDER; from++)
		for (unsigned int order = 0; order <= from; order++) {
			unsigned int page = 512 | (512 - (1U << from));

			put(page, 1U << from);
			assert_as_modelled();
			ck_assert_uint_eq(get(order), page);
			assert_as_modelled();
			put(page, 1U << order);
			assert_as_modelled();
			ck_assert_uint_eq(get(from), page);
		}
	finish();
}
END_TEST

/* Pages of a shape, one by one: odd multipliers go through 16 pages in different orders. */
static void put_shape(unsigned int shape, unsigned int multiplier)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int page = i * multiplier % 16;

		if (shape & 1U << page)
			put(page, 1);
	}
}

/* Every way in which 12 of 16 pages can be free. What is got are these pages and no others. */
START_TEST(every_shape_is_its_largest_blocks)
{
	for (unsigned int shape = 1; shape < 1U << 12; shape++) {
		unsigned int got = 0;

		put_shape(shape | 0x8000, 1 + shape % 8 * 2);
		assert_as_modelled();
		while (got != (shape | 0x8000))
			got |= 1U << get(0);
		ck_assert_uint_eq(__pool_get(&pool, 0), PKVM_LIST_END);
	}
	assert_as_modelled();
	finish();
}
END_TEST

/* A range becomes the blocks that it is made of, wherever it begins and ends. */
START_TEST(ranges_join_as_what_they_are)
{
	for (unsigned int i = 0; i < 200; i++) {
		unsigned int page = host_random(NR_PAGES), nr = 1 + host_random(NR_PAGES - page);

		put(page, nr);
		assert_as_modelled();
		for (unsigned int left = nr; left; left--)
			get(0);
		assert_as_modelled();
	}
	finish();
}
END_TEST

/* Large blocks are kept whole as long as there are smaller ones. */
START_TEST(the_smallest_block_that_fits_is_used)
{
	unsigned int order;

	put(0, 512);
	put(512, 64);
	put(600, 1);
	put(604, 2);
	ck_assert_uint_eq(get(0), 600);
	ck_assert_uint_eq(get(0), 604);
	ck_assert_uint_eq(get(0), 605);
	ck_assert_uint_eq(get(3), 512);
	ck_assert_uint_eq(get(5), 544);
	ck_assert_uint_eq(__pool_largest(&pool, &order), pa_of(0));
	ck_assert_uint_eq(order, POOL_MAX_ORDER);
	ck_assert_uint_eq(get(6), 0);
	ck_assert_uint_eq(__pool_largest(&pool, &order), pa_of(256));
	ck_assert_uint_eq(order, 8);
	assert_as_modelled();
	finish();
}
END_TEST

START_TEST(a_page_is_got_only_from_the_front_of_its_block)
{
	put(64, 32);
	for (unsigned int page = 65; page < 96; page++)
		ck_assert(!__pool_get_page(&pool, pa_of(page)));
	ck_assert(!__pool_get_page(&pool, pa_of(63)));
	ck_assert(!__pool_get_page(&pool, pa_of(96)));
	for (unsigned int page = 64; page < 96; page++) {
		get_page(page);
		assert_as_modelled();
	}
	finish();
}
END_TEST

/* Whatever is beside a block without being free: as large as it, and looking like one. */
START_TEST(blocks_join_with_free_blocks_only)
{
	struct host_regs regs;

	/* In use, with a count that would be an order. */
	__page_set_state(pa_of(1), PAGE_TABLE);
	__page_count_add(pa_of(1), 1);
	put(0, 1);
	assert_as_modelled();
	__page_set_state(pa_of(1), PAGE_STOCK);
	/* Smaller blocks that fill the buddy but for a page. */
	put(8, 1);
	put(9, 1);
	put(10, 1);
	put(12, 4);
	assert_as_modelled();
	/* The host's, then no RAM: above the first 8 MiB, and a range of a single page. */
	ck_assert_int_eq(__page_free_order(BASE + 3 * BLOCK), PAGE_NO_ORDER);
	ck_assert_int_eq(__page_free_order(BIT(PKVM_PA_BITS) - HYP_PAGE_SIZE), PAGE_NO_ORDER);
	ck_assert_int_eq(__page_free_order(0), PAGE_NO_ORDER);
	host_call(&regs, PKVM_HCALL_PAGE_STATE, pa_of(12), 0, 0);
	ck_assert_uint_eq(regs.x[3], PKVM_USE_STOCK);
	ck_assert_uint_eq(regs.x[4], 0);
	finish();
}
END_TEST

/* Two whole host blocks side by side stay two. */
START_TEST(no_block_is_larger_than_a_host_block)
{
	put(0, NR_PAGES);
	assert_as_modelled();
	ck_assert_uint_eq(pool.list[POOL_MAX_ORDER].nr, 3);
	finish();
}
END_TEST

static unsigned int free_pages(void)
{
	unsigned int nr = 0;

	for (unsigned int page = 0; page < NR_PAGES; page++)
		nr += is_free[page];
	return nr;
}

static u64 pool_pages(void)
{
	u64 nr = 0;

	for (unsigned int order = 0; order <= POOL_MAX_ORDER; order++)
		nr += pool.list[order].nr << order;
	return nr;
}

static void put_random(void)
{
	unsigned int page = host_random(NR_PAGES), max = 1 + host_random(host_random(8) ? 8 : 600);
	unsigned int nr = 0;

	while (nr < max && page + nr < NR_PAGES && !is_free[page + nr])
		nr++;
	if (nr)
		put(page, nr);
}

static void get_random(void)
{
	unsigned int order = host_random(host_random(4) ? 3 : POOL_MAX_ORDER + 1);
	unsigned int largest;

	if (__pool_largest(&pool, &largest) != PKVM_LIST_END && order <= largest)
		get(order);
	else
		ck_assert_uint_eq(__pool_get(&pool, order), PKVM_LIST_END);
}

START_TEST(random_operations_agree_with_the_model)
{
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int page = host_random(NR_PAGES);

		switch (host_random(4)) {
		case 0:
			put_random();
			break;
		case 1:
			get_random();
			break;
		case 2:
			get_random();
			put_random();
			break;
		default:
			if (__page_free_order(pa_of(page)) != PAGE_NO_ORDER)
				get_page(page);
			else
				ck_assert(!__pool_get_page(&pool, pa_of(page)));
		}
		ck_assert_uint_eq(pool_pages(), free_pages());
		if (i % 50 == 0)
			assert_as_modelled();
	}
	finish();
}
END_TEST

/* Only what has become the second or later in its list has links. */
START_TEST(windows_are_opened_for_links_only)
{
	put(0, 512);
	arch_env.fixmaps = 0;
	get(0);
	ck_assert_uint_eq(arch_env.fixmaps, 0);
	put(0, 1);
	ck_assert_uint_eq(arch_env.fixmaps, 0);
	put(512, 512);
	ck_assert_uint_eq(arch_env.fixmaps, 1);
	get(POOL_MAX_ORDER);
	ck_assert_uint_eq(arch_env.fixmaps, 2);
	finish();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, host_stop_all);
	tcase_add_test(tcase, an_empty_pool_has_nothing);
	tcase_add_test(tcase, blocks_split_and_join_at_every_order);
	tcase_add_test(tcase, every_shape_is_its_largest_blocks);
	tcase_add_test(tcase, ranges_join_as_what_they_are);
	tcase_add_test(tcase, the_smallest_block_that_fits_is_used);
	tcase_add_test(tcase, a_page_is_got_only_from_the_front_of_its_block);
	tcase_add_test(tcase, blocks_join_with_free_blocks_only);
	tcase_add_test(tcase, no_block_is_larger_than_a_host_block);
	tcase_add_test(tcase, random_operations_agree_with_the_model);
	tcase_add_test(tcase, windows_are_opened_for_links_only);
	return hyp_suite_run("pool", tcase);
}
