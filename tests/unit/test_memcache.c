// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's memcache and blocks, with host pages of 4, 16 and 64 KiB. */
#include <check.h>
#include <stdlib.h>

#include "arena.h"
#include "fake/kernel/env.h"
#include "memcache.h"
#include "suite.h"

static const unsigned int page_shifts[] = { 12, 14, 16 };
#define NR_SHIFTS	((int)(sizeof(page_shifts) / sizeof(page_shifts[0])))

static unsigned long hyp_per_host;

static void setup(int shift)
{
	fake_kernel_init(page_shifts[shift]);
	hyp_per_host = 1UL << (page_shifts[shift] - PKVM_PAGE_SHIFT);
}

/* Host pages in use and references on them, but for those that the arena holds. */
static unsigned long in_use(void)
{
	return fake_pages_in_use() - pkvm_arena_held() / hyp_per_host;
}

static unsigned long refs(void)
{
	return fake_refs() - pkvm_arena_held() / hyp_per_host;
}

static u64 link_at(u64 pa)
{
	return *(u64 *)phys_to_virt(pa);
}

/* The list is as long as its count says, and every address on it is a page's and appears once. */
static void assert_sound(const struct pkvm_memcache *mc)
{
	bool seen[FAKE_RAM_SIZE >> PKVM_PAGE_SHIFT] = {};
	u64 pa, n = 0;

	for (pa = mc->head; pa != PKVM_LIST_END; pa = link_at(pa)) {
		u64 i = (pa - FAKE_RAM_BASE) >> PKVM_PAGE_SHIFT;

		ck_assert_uint_eq(pa % PKVM_PAGE_SIZE, 0);
		ck_assert(!seen[i]);
		seen[i] = true;
		n++;
	}
	ck_assert_uint_eq(n, mc->nr_pages);
}

START_TEST(push_and_pop_are_last_in_first_out)
{
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT;
	u64 a = FAKE_RAM_BASE, b = FAKE_RAM_BASE + 5 * PKVM_PAGE_SIZE;

	setup(0);
	pkvm_memcache_push(&mc, a);
	pkvm_memcache_push(&mc, b);
	ck_assert_uint_eq(mc.nr_pages, 2);
	ck_assert_uint_eq(mc.head, b);
	ck_assert_uint_eq(link_at(b), a);
	ck_assert_uint_eq(link_at(a), PKVM_LIST_END);

	ck_assert_uint_eq(pkvm_memcache_pop(&mc), b);
	ck_assert_uint_eq(link_at(b), 0);
	ck_assert_uint_eq(pkvm_memcache_pop(&mc), a);
	ck_assert_uint_eq(mc.nr_pages, 0);
	ck_assert_uint_eq(mc.head, PKVM_LIST_END);
}
END_TEST

START_TEST(fill_takes_whole_host_pages)
{
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT;
	unsigned long hosts;

	setup(_i);
	hosts = (21 + hyp_per_host - 1) / hyp_per_host;
	ck_assert_int_eq(pkvm_memcache_fill(&mc, 21, GFP_KERNEL | __GFP_ACCOUNT), 0);
	ck_assert_uint_eq(fake_last_gfp(), GFP_KERNEL | __GFP_ACCOUNT);
	ck_assert_uint_eq(mc.nr_pages, hosts * hyp_per_host);
	ck_assert_uint_eq(in_use(), hosts);
	ck_assert_uint_eq(refs(), mc.nr_pages);
	assert_sound(&mc);

	/* It has enough: nothing more is allocated. */
	ck_assert_int_eq(pkvm_memcache_fill(&mc, mc.nr_pages, GFP_KERNEL), 0);
	ck_assert_uint_eq(in_use(), hosts);

	pkvm_memcache_free(&mc);
	ck_assert_uint_eq(mc.nr_pages, 0);
	ck_assert_uint_eq(mc.head, PKVM_LIST_END);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

/* Whichever allocation fails, what was there before stays and nothing else does. */
START_TEST(failed_fill_leaves_what_was_there)
{
	for (unsigned int nth = 1; nth <= 4; nth++) {
		struct pkvm_memcache mc = PKVM_MEMCACHE_INIT, before;

		pkvm_arena_drain();
		setup(_i);
		ck_assert_int_eq(pkvm_memcache_fill(&mc, 3 * hyp_per_host, GFP_KERNEL), 0);
		before = mc;
		fake_fail_page(nth);
		ck_assert_int_eq(pkvm_memcache_fill(&mc, 7 * hyp_per_host,
						    GFP_KERNEL | __GFP_ACCOUNT),
				 -ENOMEM);
		ck_assert_uint_eq(mc.head, before.head);
		ck_assert_uint_eq(mc.nr_pages, before.nr_pages);
		ck_assert_uint_eq(in_use(), 3);
		assert_sound(&mc);
		pkvm_memcache_free(&mc);
		ck_assert_uint_eq(in_use(), 0);
	}
}
END_TEST

START_TEST(split_moves_the_first_pages)
{
	static const u64 sizes[] = { 0, 1, 15, 16, 17, 64 };
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT, head;
	u64 nr = sizes[_i], first;

	setup(0);
	ck_assert_int_eq(pkvm_memcache_fill(&mc, 16, GFP_KERNEL), 0);
	first = mc.head;
	pkvm_memcache_split(&mc, nr, &head);

	ck_assert_uint_eq(head.nr_pages, nr < 16 ? nr : 16);
	ck_assert_uint_eq(mc.nr_pages, 16 - head.nr_pages);
	ck_assert_uint_eq(nr ? head.head : mc.head, first);
	assert_sound(&head);
	assert_sound(&mc);
	pkvm_memcache_free(&head);
	ck_assert_uint_eq(in_use(), mc.nr_pages);
	pkvm_memcache_free(&mc);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

START_TEST(split_of_nothing_is_nothing)
{
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT, head = { 1, 1 };

	setup(0);
	pkvm_memcache_split(&mc, 5, &head);
	ck_assert_uint_eq(head.head, PKVM_LIST_END);
	ck_assert_uint_eq(head.nr_pages, 0);
	ck_assert_uint_eq(mc.head, PKVM_LIST_END);
	ck_assert_uint_eq(mc.nr_pages, 0);
}
END_TEST

START_TEST(move_takes_all_and_keeps_what_was_there)
{
	struct pkvm_memcache from = PKVM_MEMCACHE_INIT, to = PKVM_MEMCACHE_INIT;
	u64 there;

	setup(0);
	ck_assert_int_eq(pkvm_memcache_fill(&to, 3, GFP_KERNEL), 0);
	ck_assert_int_eq(pkvm_memcache_fill(&from, 5, GFP_KERNEL), 0);
	there = to.head;
	pkvm_memcache_move(&from, &to);
	ck_assert_uint_eq(from.nr_pages, 0);
	ck_assert_uint_eq(from.head, PKVM_LIST_END);
	ck_assert_uint_eq(to.nr_pages, 8);
	assert_sound(&to);
	for (int i = 0; i < 5; i++)
		pkvm_range_free(pkvm_memcache_pop(&to), 1);
	ck_assert_uint_eq(to.head, there);

	pkvm_memcache_move(&from, &to);
	ck_assert_uint_eq(to.nr_pages, 3);
	pkvm_memcache_free(&to);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

START_TEST(block_is_contiguous_and_aligned)
{
	struct pkvm_memcache one = PKVM_MEMCACHE_INIT;
	u64 pa, nr = 64;

	setup(_i);
	/* So that the lowest address is not the answer. */
	ck_assert_int_eq(pkvm_memcache_fill(&one, 1, GFP_KERNEL), 0);
	pa = pkvm_range_alloc(nr, GFP_KERNEL);
	ck_assert_uint_ne(pa, PKVM_LIST_END);
	ck_assert_uint_eq(pa % (nr * PKVM_PAGE_SIZE), 0);
	ck_assert_uint_eq(in_use(), 1 + nr / hyp_per_host);
	ck_assert_uint_eq(refs(), hyp_per_host + nr);
	ck_assert(fake_last_gfp() & __GFP_NORETRY);

	pkvm_range_free(pa, nr);
	pkvm_memcache_free(&one);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

/* Whole host pages, as many as there are; they come back as those of a block do. */
START_TEST(cut_is_contiguous_until_the_arena_is_empty)
{
	u64 first, second, nr = 17, rest = PKVM_RANGE_PAGES;

	setup(_i);
	ck_assert_uint_eq(pkvm_range_cut(&nr), PKVM_LIST_END);
	ck_assert_int_eq(pkvm_arena_fill(GFP_KERNEL), 0);
	nr = 17;
	first = pkvm_range_cut(&nr);
	ck_assert_uint_ge(nr, 17);
	ck_assert_uint_lt(nr, 17 + hyp_per_host);
	ck_assert_uint_eq(refs(), nr);
	second = pkvm_range_cut(&rest);
	ck_assert_uint_eq(second, first + nr * PKVM_PAGE_SIZE);
	ck_assert_uint_eq(rest, PKVM_RANGE_PAGES - nr);

	pkvm_range_free(first, nr);
	ck_assert_uint_eq(in_use(), rest / hyp_per_host);
	pkvm_range_free(second, rest);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

START_TEST(no_block_is_no_error_but_no_address)
{
	setup(_i);
	fake_limit_order(0);
	ck_assert_uint_eq(pkvm_range_alloc(2 * hyp_per_host, GFP_KERNEL), PKVM_LIST_END);
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

/* Hyp pages come back in any order, by either form; a host page is free with its last. */
START_TEST(host_page_is_free_with_its_last_hyp_page)
{
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT;
	u64 order[64], pa, i, nr = 64;
	unsigned int seed = 1;

	setup(_i);
	pa = pkvm_range_alloc(nr, GFP_KERNEL);
	for (i = 0; i < nr; i++)
		order[i] = pa + i * PKVM_PAGE_SIZE;
	for (i = nr - 1; i > 0; i--) {
		u64 j = (u64)rand_r(&seed) % (i + 1), swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
	for (i = 0; i < nr; i++) {
		ck_assert_uint_eq(refs(), nr - i);
		ck_assert_uint_ge(in_use() * hyp_per_host, nr - i);
		if (i % 2) {
			pkvm_range_free(order[i], 1);
		} else {
			pkvm_memcache_push(&mc, order[i]);
			pkvm_memcache_free(&mc);
		}
	}
	ck_assert_uint_eq(in_use(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memcache");
	TCase *tc = tcase_create("memcache");

	tcase_add_test(tc, push_and_pop_are_last_in_first_out);
	tcase_add_loop_test(tc, fill_takes_whole_host_pages, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, failed_fill_leaves_what_was_there, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, split_moves_the_first_pages, 0, 6);
	tcase_add_test(tc, split_of_nothing_is_nothing);
	tcase_add_test(tc, move_takes_all_and_keeps_what_was_there);
	tcase_add_loop_test(tc, block_is_contiguous_and_aligned, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, cut_is_contiguous_until_the_arena_is_empty, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, no_block_is_no_error_but_no_address, 0, NR_SHIFTS);
	tcase_add_loop_test(tc, host_page_is_free_with_its_last_hyp_page, 0, NR_SHIFTS);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
