// SPDX-License-Identifier: GPL-2.0-or-later
/* Top-ups: what EL2 takes, and every way in which a host can offer what it must not take. */
#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/init.h"
#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/topup.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

static phys_addr_t pages[PKVM_BATCH_PAGES + 1];

static u64 *link_of(phys_addr_t pa)
{
	return arch_env_page(pa);
}

static struct pkvm_mem_stats stats(void)
{
	struct pkvm_mem_stats stats = { 0 };

	mm_stats(&stats);
	return stats;
}

/* EL2 says so, changes nothing, writes into no page, and hands everything back. */
static void assert_refused(enum pkvm_hcall_nr call, u64 head, u64 nr, u64 flags, s64 err)
{
	struct pkvm_mem_stats before = stats(), after;
	struct host_regs regs;

	ck_assert_int_eq(host_call(&regs, call, head, nr, flags), err);
	ck_assert_uint_eq(regs.x[2], head);
	ck_assert_uint_eq(regs.x[3], nr);
	ck_assert_uint_eq(regs.x[4], 0);
	after = stats();
	before.topup_refused++;
	ck_assert_mem_eq(&before, &after, sizeof(after));
	mm_check();
}

static void assert_list_refused(u64 head, u64 nr, s64 err)
{
	assert_refused(PKVM_HCALL_TOPUP_LIST, head, nr, 0, err);
}

static void assert_taken(u64 head, u64 nr)
{
	struct host_regs regs;

	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, head, nr, 0), 0);
	ck_assert_uint_eq(regs.x[2], PKVM_LIST_END);
	ck_assert_uint_eq(regs.x[3], 0);
	host_donate(pages, nr);
	mm_check();
}

START_TEST(a_full_batch_is_taken)
{
	assert_taken(host_alloc_list(PKVM_BATCH_PAGES, pages), PKVM_BATCH_PAGES);
	ck_assert_uint_eq(stats().topped_up, PKVM_BATCH_PAGES);
	ck_assert_uint_eq(stats().topups, 1);
	ck_assert_uint_eq(stats().stock + stats().vmemmap_pages + stats().tables, PKVM_BATCH_PAGES);
}
END_TEST

/* A link that leads astray, at the start, within, at the end of a list: nothing is taken. */
static const struct {
	u64 link;		/* UINT64_MAX: to the list's own page before, the cycle */
	int err;
} bad_links[] = {
	{ 1, -HYP_EINVAL },
	{ UINT64_C(0x40000008), -HYP_EINVAL },
	{ UINT64_C(0x40000800), -HYP_EINVAL },
	{ UINT64_MAX - 4095, -HYP_EFAULT },
	{ UINT64_C(0x1000), -HYP_EFAULT },		/* below all RAM */
	{ UINT64_C(0x40800000), -HYP_EFAULT },		/* just behind a range */
	{ UINT64_C(0x8077f000), -HYP_EFAULT },		/* just before one */
	{ BIT(PKVM_PA_BITS), -HYP_EFAULT },
	{ BIT(PKVM_PA_BITS) | UINT64_C(0x40000000), -HYP_EFAULT },
	{ BIT(63) | UINT64_C(0x40000000), -HYP_EFAULT },
	{ UINT64_C(0x40100000), -HYP_EPERM },		/* the first boot page */
	{ UINT64_C(0x4013f000), -HYP_EPERM },		/* the last one */
	{ UINT64_MAX, -HYP_EEXIST },
};

START_TEST(bad_links_are_refused)
{
	static const unsigned int places[] = { 1, 5, 62 };

	for (unsigned int place = 0; place < ARRAY_SIZE(places); place++) {
		unsigned int at = places[place];
		u64 head = host_alloc_list(PKVM_BATCH_PAGES, pages);
		u64 link = bad_links[_i].link;

		*link_of(pages[at - 1]) = link == UINT64_MAX ? pages[at - 1] : link;
		assert_list_refused(head, PKVM_BATCH_PAGES, bad_links[_i].err);
		host_free_all(pages, PKVM_BATCH_PAGES);
	}
	assert_list_refused(bad_links[_i].link == UINT64_MAX ? PKVM_LIST_END : bad_links[_i].link,
			    1, bad_links[_i].link == UINT64_MAX ? -HYP_EINVAL : bad_links[_i].err);
}
END_TEST

START_TEST(cycles_of_any_length_are_found)
{
	for (unsigned int back = 1; back <= 63; back++) {
		u64 head = host_alloc_list(PKVM_BATCH_PAGES, pages);

		*link_of(pages[62]) = pages[63 - back];
		assert_list_refused(head, PKVM_BATCH_PAGES, -HYP_EEXIST);
		host_free_all(pages, PKVM_BATCH_PAGES);
	}
}
END_TEST

/* Also where EL2 has entries for the pages, and where their addresses have equal low bits. */
START_TEST(duplicates_are_found_in_backed_blocks)
{
	host_topup(200, 0);
	for (unsigned int i = 1; i < PKVM_BATCH_PAGES; i++) {
		u64 head = host_alloc_list(PKVM_BATCH_PAGES, pages);

		*link_of(pages[i - 1]) = pages[host_random(i)];
		assert_list_refused(head, PKVM_BATCH_PAGES, -HYP_EEXIST);
		host_free_all(pages, PKVM_BATCH_PAGES);
	}
}
END_TEST

START_TEST(a_list_is_as_long_as_it_says)
{
	u64 head = host_alloc_list(10, pages);

	assert_list_refused(head, 9, -HYP_EINVAL);
	assert_list_refused(head, 11, -HYP_EINVAL);
	assert_list_refused(head, 0, -HYP_EINVAL);
	assert_list_refused(head, PKVM_BATCH_PAGES + 1, -HYP_EINVAL);
	assert_list_refused(head, UINT64_MAX, -HYP_EINVAL);
	assert_list_refused(PKVM_LIST_END, 0, -HYP_EINVAL);
	assert_list_refused(PKVM_LIST_END, 10, -HYP_EINVAL);
	assert_taken(head, 10);
}
END_TEST

START_TEST(unknown_flags_are_refused)
{
	u64 head = host_alloc_list(3, pages);

	for (unsigned int bit = 1; bit < 64; bit++)
		assert_refused(PKVM_HCALL_TOPUP_LIST, head, 3, BIT(bit), -HYP_EINVAL);
	assert_taken(head, 3);
}
END_TEST

/* Stock, vmemmap, heap, tables: what EL2 has it does not take again. */
START_TEST(pages_of_el2_are_refused)
{
	struct host_regs regs;
	u64 refused = 0;

	host_topup(30, 0);
	host_call_req(&regs, PKVM_HCALL_VM_CREATE, 100, 0, NULL);
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);

		if (host_page_state(pa) != HOST_DONATED)
			continue;
		assert_refused(PKVM_HCALL_TOPUP_RANGE, pa, 1, 0, -HYP_EPERM);
		pages[0] = host_alloc();
		*link_of(pages[0]) = pa;
		assert_list_refused(pages[0], 2, -HYP_EPERM);
		host_free(pages[0]);
		refused++;
	}
	ck_assert_uint_eq(refused, host_donated());
}
END_TEST

static unsigned int links_read;

/*
 * The host rewrites each link, to one that would be refused, as soon as EL2 has read it;
 * it can until EL2 has taken the first page out of its stage-2.
 */
static void rewrite_link(phys_addr_t pa)
{
	if (arch_env.s2_tlbi_syncs)
		return;
	*link_of(pa) = arch_env.boot.boot_pa;
	links_read++;
}

START_TEST(links_are_read_once)
{
	u64 head = host_alloc_list(PKVM_BATCH_PAGES, pages);

	links_read = 0;
	arch_env.fixmap_closed = rewrite_link;
	arch_env.s2_tlbi_syncs = 0;
	assert_taken(head, PKVM_BATCH_PAGES);
	ck_assert_uint_eq(links_read, PKVM_BATCH_PAGES);
}
END_TEST

/* Ranges */

static void assert_range_taken(phys_addr_t pa, u64 nr)
{
	host_topup_range(pa, nr);
	mm_check();
}

START_TEST(ranges_are_taken)
{
	assert_range_taken(UINT64_C(0x40200000), PKVM_RANGE_PAGES);
	ck_assert_uint_eq(stats().stock, PKVM_RANGE_PAGES - 3);
	assert_range_taken(UINT64_C(0x40400000), PKVM_RANGE_PAGES);
	ck_assert_uint_eq(stats().stock, 2 * PKVM_RANGE_PAGES - 3);
	/* Across the border of two pages of the vmemmap. */
	assert_range_taken(UINT64_C(0x80780000), 256);
	ck_assert_uint_eq(stats().vmemmap_pages, 3 + 2);
	assert_range_taken(BIT(PKVM_PA_BITS) - (1 << 20), 256);
	ck_assert_uint_eq(stats().vmemmap_pages, 3 + 2 + 3);
	/* Tables: of the blocks that are split, and, but for the loader's, of their GiBs. */
	ck_assert_uint_eq(stats().tables, 3 + 2);
	ck_assert_uint_eq(host_reclaim(2000), 2 * PKVM_RANGE_PAGES + 512);
	ck_assert_uint_eq(stats().owned, stats().boot);
	mm_check();
}
END_TEST

START_TEST(bad_ranges_are_refused)
{
	static const struct {
		u64 pa;
		u64 nr;
		u64 flags;
		int err;
	} bad[] = {
		{ UINT64_C(0x40200000), 0, 0, -HYP_EINVAL },
		{ UINT64_C(0x40200000), PKVM_RANGE_PAGES + 1, 0, -HYP_EINVAL },
		{ UINT64_C(0x40200000), UINT64_MAX, 0, -HYP_EINVAL },
		{ UINT64_C(0x40200000), BIT(52) + 1, 0, -HYP_EINVAL },
		{ UINT64_C(0x40200000), 1, 2, -HYP_EINVAL },
		{ UINT64_C(0x40200001), 1, 0, -HYP_EINVAL },
		{ 0, 1, 0, -HYP_EFAULT },
		{ UINT64_C(0x407ff000), 2, 0, -HYP_EFAULT },
		{ UINT64_C(0x3ffff000), 2, 0, -HYP_EFAULT },
		{ UINT64_C(0x400ff000), 2, 0, -HYP_EPERM },
		{ UINT64_C(0x4013f000), 512, 0, -HYP_EPERM },
		{ UINT64_C(0x40080000), 512, 0, -HYP_EPERM },
		{ BIT(PKVM_PA_BITS) - HYP_PAGE_SIZE, 2, 0, -HYP_EFAULT },
		{ UINT64_MAX - 4095, 2, 0, -HYP_EFAULT },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_refused(PKVM_HCALL_TOPUP_RANGE, bad[i].pa, bad[i].nr, bad[i].flags,
			       bad[i].err);
	assert_range_taken(UINT64_C(0x40200000), 1);
	assert_refused(PKVM_HCALL_TOPUP_RANGE, UINT64_C(0x401ff000), 2, 0, -HYP_EPERM);
	assert_refused(PKVM_HCALL_TOPUP_RANGE, UINT64_C(0x40200000), 2, 0, -HYP_EPERM);
}
END_TEST

/*
 * Each page that is offered first comes from a block of its own, and is what that lacks. A
 * request is answered all the same, and nothing is lost on the way: what is not in the
 * stock serves blocks, GiBs and the vmemmap, a few of each.
 */
START_TEST(a_thousand_blocks_make_progress)
{
	static const struct pkvm_ram_range ram = { UINT64_C(4) << 30, UINT64_C(1000) << 21 };
	struct pkvm_page_stats tables;
	struct host_regs regs;
	unsigned int requests;

	host_stop_all();
	arch_env_start(&ram, 1);
	host_start(1);
	for (u64 block = 1; block < 1000; block++) {
		pages[0] = ram.base + (block << 21) + (host_random(512) << HYP_PAGE_SHIFT);
		host_alloc_range(pages[0], 1);
		*link_of(pages[0]) = PKVM_LIST_END;
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, pages[0], 1, 0), 0);
		ck_assert_uint_eq(regs.x[3], 0);
		host_donate(pages, 1);
	}
	mm_check();
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 500, 0, &requests), 0);
	ck_assert_uint_eq(requests, 1);
	mm_page_stats(&tables);
	ck_assert_uint_ge(tables.split_blocks, 999);
	ck_assert_uint_le(stats().topped_up, stats().heap + stats().tables + stats().stock + 254);
	mm_check();
	host_destroy_vm(regs.x[2]);
	/* And all of it comes back, one by one. */
	while (host_reclaim(1))
		;
	ck_assert_uint_eq(stats().owned, stats().boot);
	mm_check();
}
END_TEST

/* Its address would look like the end of a list. */
START_TEST(page_zero_is_never_taken)
{
	static const struct pkvm_ram_range ram = { 0, 4 << 20 };

	host_stop_all();
	arch_env_start(&ram, 1);
	host_start(1);
	assert_refused(PKVM_HCALL_TOPUP_RANGE, 0, 1, 0, -HYP_EFAULT);
	assert_refused(PKVM_HCALL_TOPUP_RANGE, 0, 8, 0, -HYP_EFAULT);
	assert_range_taken(HYP_PAGE_SIZE, 8);
}
END_TEST

/* A call that had passed the gate before teardown began on another CPU. */
START_TEST(nothing_is_taken_once_teardown_has_begun)
{
	u64 head = host_alloc_list(3, pages);
	struct topup done;

	mm_close();
	ck_assert_int_eq(topup_list(head, 3, 0, &done), -HYP_ESHUTDOWN);
	ck_assert_int_eq(topup_range(UINT64_C(0x40200000), 3, 0, &done), -HYP_ESHUTDOWN);
	mm_check();
}
END_TEST

START_TEST(boot_records_that_make_no_sense_are_refused)
{
	struct pkvm_boot good = arch_env.boot;
	struct pkvm_boot *boot = &arch_env.boot;

	boot->heap_size = PKVM_HEAP_MAX_SIZE + HYP_PAGE_SIZE;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->heap_size = PKVM_HEAP_MIN_SIZE - HYP_PAGE_SIZE;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->heap_size++;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->nr_ram = PKVM_MAX_RAM_RANGES + 1;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->ram[1].base = boot->ram[0].base;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->ram[0].size--;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->ram[boot->nr_ram - 1].size += HYP_PAGE_SIZE;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	boot->boot_size = 0;
	ck_assert_int_eq(hyp_init(boot), -HYP_EINVAL);
	*boot = good;
	ck_assert_int_eq(hyp_init(boot), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, a_full_batch_is_taken);
	tcase_add_loop_test(tcase, bad_links_are_refused, 0, ARRAY_SIZE(bad_links));
	tcase_add_test(tcase, cycles_of_any_length_are_found);
	tcase_add_test(tcase, duplicates_are_found_in_backed_blocks);
	tcase_add_test(tcase, a_list_is_as_long_as_it_says);
	tcase_add_test(tcase, unknown_flags_are_refused);
	tcase_add_test(tcase, pages_of_el2_are_refused);
	tcase_add_test(tcase, links_are_read_once);
	tcase_add_test(tcase, ranges_are_taken);
	tcase_add_test(tcase, bad_ranges_are_refused);
	tcase_add_test(tcase, a_thousand_blocks_make_progress);
	tcase_add_test(tcase, page_zero_is_never_taken);
	tcase_add_test(tcase, nothing_is_taken_once_teardown_has_begun);
	tcase_add_test(tcase, boot_records_that_make_no_sense_are_refused);
	return hyp_suite_run("topup", tcase);
}
