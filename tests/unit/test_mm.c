// SPDX-License-Identifier: GPL-2.0-or-later
/* EL2's memory: the vmemmap's growth, map and unmap, credits, reclaim and teardown. */
#include <string.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/pte.h"
#include "../../kmod/hyp/stock.h"
#include "../../kmod/hyp/vmemmap.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define TABLE_PAGES	PTE_ENTRIES	/* that one table of the last level maps */

/* In the self-test heap's region, but far from its range. */
static u64 va_of(u64 page)
{
	return arch_env.boot.va_base + PKVM_VA_SELFTEST + (UINT64_C(8) << 30) +
	       (page << HYP_PAGE_SHIFT);
}

static struct pkvm_mem_stats stats(void)
{
	struct pkvm_mem_stats stats = { 0 };

	mm_stats(&stats);
	return stats;
}

static struct pkvm_page_stats page_stats(void)
{
	struct pkvm_page_stats stats;

	mm_page_stats(&stats);
	return stats;
}

/* Of EL2's own page tables; the others are the host's stage-2. */
static u64 mapping_tables(void)
{
	struct pkvm_page_stats pages = page_stats();

	return stats().tables - (pages.tables - (PKVM_S2_SPARE_TABLES - pages.tables_spare));
}

/* What a caller of hyp_map() does, with exactly the pages that it costs. */
static void map(u64 page, u64 nr)
{
	struct hyp_ask ask = { 0 };
	u64 stock = stats().stock;
	u64 cost = hyp_map_cost(va_of(page), nr);

	ck_assert_int_eq(hyp_reserve(&ask, cost), 0);
	hyp_map(va_of(page), nr);
	ck_assert_uint_eq(stats().stock, stock - cost);
}

static bool is_zero(u64 va)
{
	for (u64 i = 0; i < HYP_PAGE_SIZE; i += 8)
		if (*(u64 *)(va + i))
			return false;
	return true;
}

#define FAR	UINT64_C(0x140000000)	/* four host blocks */

/* The vmemmap */

/* Tables for the block and for the GiB, three steps of the vmemmap: and it begins to be of use. */
START_TEST(first_pages_of_nowhere_are_what_is_missing)
{
	static const enum page_state states[] = {
		PAGE_HOST_S2, PAGE_HOST_S2, PAGE_VMEMMAP, PAGE_VMEMMAP, PAGE_VMEMMAP, PAGE_STOCK,
	};
	phys_addr_t pa = UINT64_C(0x30000000000) + 5 * HYP_PAGE_SIZE;
	struct host_regs regs;

	for (unsigned int i = 0; i < ARRAY_SIZE(states); i++, pa += HYP_PAGE_SIZE) {
		host_alloc_range(pa, 1);
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, 1, 0), 0);
		ck_assert_uint_eq(regs.x[3], 0);
		ck_assert_uint_eq(regs.x[4], states[i] == PAGE_STOCK);
		host_donate_range(pa, 1);
		ck_assert_int_eq(__page_state(pa), states[i]);
		/* Before any entry could say so, too. */
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, 1, 0), -HYP_EPERM);
		mm_check();
	}
	ck_assert_uint_eq(stats().topups, ARRAY_SIZE(states));
}
END_TEST

/* However far the path to the entries has come, reclaim takes all of it back. */
START_TEST(steps_without_use_come_back)
{
	phys_addr_t pa = UINT64_C(0x30000000000) + 5 * HYP_PAGE_SIZE;

	for (int i = 0; i < _i; i++) {
		host_topup_range(pa + i * HYP_PAGE_SIZE, 1);
		/* And in other GiBs, paths to which share some steps. */
		host_topup_range(FAR + i * HYP_PAGE_SIZE, 1);
		host_topup_range(UINT64_C(0x80780000) + i * HYP_PAGE_SIZE, 1);
	}
	ck_assert_uint_eq(stats().owned, stats().boot + 3 * _i);
	for (int left = 3 * _i; left; left--) {
		ck_assert_uint_eq(host_reclaim(1), 1);
		mm_check();
	}
	ck_assert_uint_eq(stats().owned, stats().boot);
	ck_assert_uint_eq(__vmemmap_pages(), 0);
}
END_TEST

/* Whatever page comes next, EL2 takes it, and in the end it has all there are. */
START_TEST(every_single_page_makes_progress)
{
	u64 pages = arch_env.nr_pages - arch_env.boot.boot_pages;
	struct host_regs regs;

	for (u64 i = 1; i <= pages; i++) {
		phys_addr_t pa = host_alloc();

		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, 1, 0), 0);
		host_donate(&pa, 1);
		ck_assert_uint_eq(stats().owned, stats().boot + i);
		if (i < 200)
			mm_check();
	}
	mm_check();
	/* Level 2 tables for 0, 3, 5, 7 and 255 TiB, level 3 tables for these and 4 and 8 GiB. */
	ck_assert_uint_gt(stats().vmemmap_pages, 5 + 7);
	ck_assert_uint_eq(stats().stock + stats().vmemmap_pages + stats().tables, pages);
	ck_assert_uint_eq(host_teardown(), pages);
	mm_check();
}
END_TEST

/* Map and unmap */

START_TEST(map_costs_pages_and_missing_tables)
{
	host_topup(20, 0);
	ck_assert_uint_eq(hyp_map_cost(va_of(0), 1), 1 + 3);
	map(0, 1);
	ck_assert_uint_eq(hyp_map_cost(va_of(1), 5), 5);
	ck_assert_uint_eq(hyp_map_cost(va_of(TABLE_PAGES - 2), 4), 4 + 1);
	ck_assert_uint_eq(hyp_map_cost(va_of(TABLE_PAGES * PTE_ENTRIES), 1), 1 + 2);
	map(TABLE_PAGES - 2, 4);
	ck_assert_uint_eq(mapping_tables(), 4);
	ck_assert_uint_eq(stats().heap, 5);
	mm_check_mapped(5);
}
END_TEST

START_TEST(unmap_returns_pages_and_emptied_tables)
{
	host_topup(20, 0);
	map(TABLE_PAGES - 2, 4);
	for (u64 i = 0; i < 4; i++) {
		ck_assert(is_zero(va_of(TABLE_PAGES - 2 + i)));
		memset((void *)va_of(TABLE_PAGES - 2 + i), 0x5a, HYP_PAGE_SIZE);
	}
	arch_env.tlbis = 0;
	hyp_unmap(va_of(TABLE_PAGES - 2), 3);
	ck_assert_uint_eq(arch_env.tlbis, 1);
	ck_assert_uint_eq(mapping_tables(), 3);
	ck_assert(!arch_env_readable(va_of(TABLE_PAGES)));
	ck_assert(arch_env_readable(va_of(TABLE_PAGES + 1)));
	mm_check_mapped(1);
	hyp_unmap(va_of(TABLE_PAGES + 1), 1);
	ck_assert_uint_eq(mapping_tables(), 0);
	ck_assert_uint_eq(stats().stock, 20);
	mm_check();
}
END_TEST

static void toggle(bool *mapped, u64 page, u64 nr)
{
	bool to = !mapped[page];

	for (u64 i = 1; i < nr; i++)
		if (mapped[page + i] == to)
			nr = i;
	if (to) {
		map(page, nr);
		for (u64 i = 0; i < nr; i++)
			ck_assert(is_zero(va_of(page + i)));
	} else {
		arch_env.tlbis = 0;
		hyp_unmap(va_of(page), nr);
		ck_assert_uint_eq(arch_env.tlbis, 1);
	}
	for (u64 i = 0; i < nr; i++) {
		mapped[page + i] = to;
		if (to)
			memset((void *)va_of(page + i), 0xee, HYP_PAGE_SIZE);
	}
}

START_TEST(random_maps_and_unmaps_balance)
{
	bool mapped[4 * TABLE_PAGES + 64] = { false };
	u64 nr = 0;

	host_topup(3000, 0);
	for (unsigned int i = 0; i < 3000; i++) {
		toggle(mapped, host_random(4 * TABLE_PAGES), 1 + host_random(64));
		if (i % 500)
			continue;
		nr = 0;
		for (u64 page = 0; page < ARRAY_SIZE(mapped); page++) {
			ck_assert_int_eq(hyp_mapped(va_of(page)), mapped[page]);
			nr += mapped[page];
		}
		mm_check_mapped(nr);
	}
	ck_assert_uint_gt(nr, 100);
	for (u64 page = 0; page < ARRAY_SIZE(mapped); page++)
		if (mapped[page])
			hyp_unmap(va_of(page), 1);
	ck_assert_uint_eq(stats().stock, 3000);
	mm_check();
}
END_TEST

START_TEST(mapped_answers_for_any_address)
{
	u64 base = arch_env.boot.va_base;

	host_topup(4, 0);
	map(0, 1);
	ck_assert(hyp_mapped(va_of(0)));
	ck_assert(hyp_mapped(va_of(1) - 1));
	ck_assert(!hyp_mapped(va_of(1)));
	ck_assert(!hyp_mapped(va_of(0) - 1));
	ck_assert(!hyp_mapped(0));
	ck_assert(!hyp_mapped(UINT64_MAX));
	ck_assert(!hyp_mapped(va_of(0) | BIT(63)));
	ck_assert(!hyp_mapped(va_of(0) ^ BIT(47)));
	/* EL2's own, but nothing that a heap might be asked to free. */
	ck_assert(!hyp_mapped(base + PKVM_VA_IMAGE));
	ck_assert(!hyp_mapped(base + PKVM_VA_VMEMMAP));
}
END_TEST

START_TEST(broken_promises_panic)
{
	host_topup(10, 0);
	map(0, 1);
	if (_i == 0)
		ck_assert(ARCH_ENV_PANICS(hyp_map(va_of(1), 1)));
	if (_i == 1)
		ck_assert(ARCH_ENV_PANICS(map(0, 1)));
}
END_TEST

/* Credits and reservations */

START_TEST(refused_reserve_names_what_is_missing)
{
	struct hyp_ask ask = { 0 };

	host_topup(5, 0);
	ck_assert_int_eq(hyp_reserve(&ask, 12), -HYP_ENOMEM);
	ck_assert_uint_eq(ask.shortage, 7);
	ck_assert_int_eq(hyp_reserve(&ask, 5), 0);
	ck_assert_uint_eq(ask.shortage, 0);
	ck_assert_int_eq(hyp_reserve(&ask, 1), -HYP_ENOMEM);
	ck_assert_uint_eq(ask.shortage, 1);
}
END_TEST

START_TEST(credited_pages_wait_for_their_retry)
{
	struct hyp_ask other = { 0 }, mine = { .credit = 6 };
	struct host_regs regs;

	host_topup(6, PKVM_TOPUP_CREDIT);
	host_topup(4, 0);
	ck_assert_uint_eq(stats().credited, 6);
	host_call(&regs, PKVM_HCALL_RECLAIMABLE, 0, 0, 0);
	ck_assert_uint_eq(regs.x[2], 4 + page_stats().tables_idle + __vmemmap_idle());
	ck_assert_uint_ge(host_reclaim(100), 4);
	ck_assert_uint_eq(stats().stock, 6);
	ck_assert_int_eq(hyp_reserve(&other, 1), -HYP_ENOMEM);
	ck_assert_uint_eq(other.shortage, 1);
	/* Given up also where it is not enough, and then it is everybody's. */
	ck_assert_int_eq(hyp_reserve(&mine, 7), -HYP_ENOMEM);
	ck_assert_uint_eq(mine.shortage, 1);
	ck_assert_uint_eq(mine.credit, 0);
	ck_assert_uint_eq(stats().credited, 0);
	ck_assert_uint_ge(host_reclaim(100), 6);
	ck_assert_uint_eq(stats().stock, 0);
	mm_check();
}
END_TEST

START_TEST(credit_drop_takes_no_more_than_there_is)
{
	struct host_regs regs;

	host_topup(6, PKVM_TOPUP_CREDIT);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CREDIT_DROP, 7, 0, 0), -HYP_EINVAL);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CREDIT_DROP, UINT64_MAX, 0, 0), -HYP_EINVAL);
	ck_assert_uint_eq(stats().credited, 6);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CREDIT_DROP, 2, 0, 0), 0);
	ck_assert_uint_eq(stats().credited, 4);
	ck_assert_uint_ge(host_reclaim(100), 2);
	ck_assert_uint_eq(stats().stock, 4);
	mm_check();
}
END_TEST

START_TEST(more_credit_than_there_is_is_all_there_is)
{
	struct hyp_ask ask = { .credit = UINT64_MAX };

	host_topup(6, PKVM_TOPUP_CREDIT);
	ck_assert_int_eq(hyp_reserve(&ask, 6), 0);
	ck_assert_uint_eq(stats().credited, 0);
}
END_TEST

START_TEST(reserved_pages_are_not_reclaimed)
{
	struct hyp_ask ask = { 0 };

	host_topup(10, 0);
	ck_assert_int_eq(hyp_reserve(&ask, hyp_map_cost(va_of(0), 2)), 0);
	ck_assert_uint_ge(host_reclaim(100), 5);
	ck_assert_uint_eq(stats().stock, 5);
	hyp_map(va_of(0), 2);
	mm_check_mapped(2);
}
END_TEST

/* Reclaim and teardown */

START_TEST(reclaim_gives_what_was_asked_for)
{
	host_topup(200, 0);
	ck_assert_uint_eq(host_reclaim(0), 0);
	ck_assert_uint_eq(host_reclaim(1), 1);
	ck_assert_uint_eq(host_reclaim(150), 150);
	ck_assert_uint_eq(stats().reclaims, 1 + 3);
	mm_check();
	ck_assert_uint_ge(host_reclaim(UINT64_MAX), 49);
	ck_assert_uint_eq(stats().owned, stats().boot + stats().vmemmap_pages + stats().tables);
	ck_assert_uint_eq(page_stats().tables_idle, 0);
	mm_check();
}
END_TEST

/* How many host blocks there are that EL2 has given back in part. */
static unsigned int begun_blocks(u64 donated_of_each)
{
	unsigned int begun = 0;

	for (u64 block = 1; block < 4; block++) {
		u64 left = 0;

		for (u64 page = 0; page < 512; page++)
			left += host_page_state(FAR + (block << 21) + (page << HYP_PAGE_SHIFT)) ==
				HOST_DONATED;
		begun += left && left < donated_of_each;
	}
	return begun;
}

/* Whole ones, and such of which one page is their own table. */
START_TEST(host_blocks_come_back_one_after_another)
{
	static const u64 parts[] = { 512, 511, 300, 77 };
	u64 nr = parts[_i];

	host_topup_range(FAR, 5);
	for (u64 block = 1; block < 4; block++)
		host_topup_range(FAR + (block << 21) + ((512 - nr) << HYP_PAGE_SHIFT), nr);
	for (u64 given = 0; given < 3 * nr; given += 30) {
		ck_assert_uint_le(begun_blocks(nr), 1);
		host_reclaim(30);
	}
	ck_assert_uint_eq(stats().stock, 0);
	mm_check();
}
END_TEST

/* Single pages are not taken out of blocks that could go back whole. */
START_TEST(what_is_used_leaves_host_blocks_whole)
{
	host_topup_range(FAR, 200);
	for (u64 block = 1; block < 4; block++)
		host_topup_range(FAR + (block << 21), 512);
	map(0, 150);
	hyp_unmap(va_of(20), 50);
	map(TABLE_PAGES, 120);
	ck_assert_uint_eq(__stock()->pool.list[POOL_MAX_ORDER].nr, 2);
	ck_assert_uint_eq(host_reclaim(1024), 1024);
	ck_assert_uint_eq(begun_blocks(512), 0);
	mm_check_mapped(220);
}
END_TEST

START_TEST(teardown_gives_everything)
{
	struct host_regs regs;
	u64 handle, all;

	host_topup(300, 0);
	host_topup(10, PKVM_TOPUP_CREDIT);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 400, 0, NULL), 0);
	handle = regs.x[2];
	for (u64 i = 0; i < 100; i++)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VCPU_CREATE, handle, i, NULL), 0);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TEARDOWN, 0, 0, 0), -HYP_EBUSY);
	mm_check();
	host_destroy_vm(handle);
	/* A self-test that was begun and not finished. */
	for (u64 step = 0; step < 3; step++)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, step, 0, NULL), 0);
	all = host_donated();
	ck_assert_uint_eq(host_teardown(), all);
	ck_assert_uint_eq(stats().owned, stats().boot);
	ck_assert_uint_eq(stats().reclaimed, all);
	ck_assert_uint_eq(host_teardown(), 0);
	mm_check();
}
END_TEST

START_TEST(teardown_waits_for_work_in_progress)
{
	struct host_regs regs;
	struct hyp_ask ask = { 0 };

	host_topup(4, 0);
	map(0, 1);
	while (page_stats().tables_idle) {
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TEARDOWN, 0, 0, 0), 0);
		host_take_back(regs.x[2], regs.x[3]);
	}
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TEARDOWN, 0, 0, 0), -HYP_EBUSY);
	ck_assert_int_eq(hyp_reserve(&ask, 1), -HYP_ENOMEM);
	ck_assert_uint_eq(ask.shortage, 0);
	hyp_unmap(va_of(0), 1);
	ck_assert_uint_eq(host_donated(), stats().owned - stats().boot);
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	mm_check();
}
END_TEST

/* Who can leave can take EL2 for itself. */
START_TEST(nobody_leaves_what_holds_pages)
{
	struct host_regs regs;

	host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CPU_LEAVE, 0, 0, 0), -HYP_EBUSY);
	host_destroy_vm(1);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CPU_LEAVE, 0, 0, 0), -HYP_EBUSY);
	ck_assert(!arch_env.left);
	/* The refusals have changed nothing. */
	host_topup(3, 0);
	host_teardown();
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CPU_LEAVE, 0, 0, 0), 0);
	ck_assert(arch_env.left);
}
END_TEST

START_TEST(who_has_left_gives_nothing_more)
{
	phys_addr_t page = host_alloc();
	struct host_regs regs;

	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CPU_LEAVE, 0, 0, 0), 0);
	ck_assert(arch_env.left);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, page, 1, 0), -HYP_ESHUTDOWN);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_CREATE, 1, 0, 0), -HYP_ESHUTDOWN);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_CPU_LEAVE, 0, 0, 0), 0);
	mm_check();
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, first_pages_of_nowhere_are_what_is_missing);
	tcase_add_loop_test(tcase, steps_without_use_come_back, 0, 8);
	tcase_add_test(tcase, every_single_page_makes_progress);
	tcase_add_test(tcase, map_costs_pages_and_missing_tables);
	tcase_add_test(tcase, unmap_returns_pages_and_emptied_tables);
	tcase_add_test(tcase, random_maps_and_unmaps_balance);
	tcase_add_test(tcase, mapped_answers_for_any_address);
	tcase_add_loop_test(tcase, broken_promises_panic, 0, 2);
	tcase_add_test(tcase, refused_reserve_names_what_is_missing);
	tcase_add_test(tcase, credited_pages_wait_for_their_retry);
	tcase_add_test(tcase, credit_drop_takes_no_more_than_there_is);
	tcase_add_test(tcase, more_credit_than_there_is_is_all_there_is);
	tcase_add_test(tcase, reserved_pages_are_not_reclaimed);
	tcase_add_test(tcase, reclaim_gives_what_was_asked_for);
	tcase_add_loop_test(tcase, host_blocks_come_back_one_after_another, 0, 4);
	tcase_add_test(tcase, what_is_used_leaves_host_blocks_whole);
	tcase_add_test(tcase, teardown_gives_everything);
	tcase_add_test(tcase, teardown_waits_for_work_in_progress);
	tcase_add_test(tcase, nobody_leaves_what_holds_pages);
	tcase_add_test(tcase, who_has_left_gives_nothing_more);
	return hyp_suite_run("mm", tcase);
}
