// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's stage-2: every shape in which pages leave it and come back, what the
 * host can access in between, and what it costs in tables.
 */
#include <string.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/host_fault.h"
#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/pte.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define GIB	(UINT64_C(1) << 30)
#define BLOCK	(UINT64_C(2) << 20)
#define PAGE	HYP_PAGE_SIZE

/* Of the default machine, in GiBs without boot pages. */
#define FAR	UINT64_C(0x140000000)		/* 8 MiB */
#define TOP	UINT64_C(0x30000000000)		/* 4 MiB */

static struct host_regs regs;

static struct pkvm_page_stats stats(void)
{
	struct pkvm_page_stats stats;

	mm_page_stats(&stats);
	return stats;
}

static void start(const struct pkvm_ram_range *ram, unsigned int nr)
{
	host_stop_all();
	arch_env_start(ram, nr);
	host_start(1);
}

/* Donates a range, as far as EL2 takes it; returns how many pages it took. */
static u64 donate(phys_addr_t pa, u64 nr)
{
	host_alloc_range(pa, nr);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, nr, 0), 0);
	host_donate_range(pa, nr - regs.x[3]);
	mm_check();
	return nr - regs.x[3];
}

/* The host's accesses to all RAM: where it has donated they fault, elsewhere they succeed. */
static void assert_access_follows_ownership(void)
{
	u64 violations = stats().violations, expected = 0;

	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);
		bool own = host_page_state(pa) == HOST_FREE || host_page_state(pa) == HOST_USED;

		if (arch_env_host_access(pa + host_random(PAGE)) != own)
			ck_abort_msg("access to %#lx is %s", (unsigned long)pa,
				     own ? "refused" : "allowed");
		expected += !own;
	}
	ck_assert_uint_eq(stats().violations, violations + expected);
	arch_env_check_host_tlb();
}

/* The loader's tables, and the host's access */

START_TEST(loader_cuts_out_what_it_loads)
{
	ck_assert_uint_eq(stats().hyp_pages, arch_env.boot.boot_pages);
	ck_assert_uint_eq(stats().tables, 0);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES);
	mm_check();
	assert_access_follows_ownership();
	ck_assert_uint_eq(stats().violations, arch_env.boot.boot_pages);
	ck_assert_uint_eq(stats().faults_mapped, 0);
}
END_TEST

/* What the TLB has of pages that leave, or of the blocks around them, goes with them. */
START_TEST(donated_pages_fault_and_their_neighbours_do_not)
{
	static const struct {
		phys_addr_t pa;
		u64 nr;
	} parts[] = {
		{ FAR + 7 * PAGE, 1 },
		{ FAR + 9 * PAGE, 3 },
		{ FAR + BLOCK, 512 },			/* a whole block */
		{ FAR + 3 * BLOCK - 5 * PAGE, 10 },	/* across two */
		{ FAR + 100 * PAGE, 200 },		/* more than are invalidated one by one */
		{ TOP + BLOCK + PAGE, 511 },		/* all but one */
		{ UINT64_C(0x40200000), 512 },		/* in the GiB of the boot pages */
		{ UINT64_C(0x40100000) + 64 * PAGE, 5 },/* in their very block */
		{ BIT(PKVM_PA_BITS) - PAGE, 1 },
	};

	assert_access_follows_ownership();
	for (unsigned int i = 0; i < ARRAY_SIZE(parts); i++) {
		ck_assert_uint_eq(donate(parts[i].pa, parts[i].nr), parts[i].nr);
		assert_access_follows_ownership();
	}
	host_reclaim(UINT64_MAX);
	mm_check();
	assert_access_follows_ownership();
	host_teardown();
	assert_access_follows_ownership();
}
END_TEST

/* A list of pages of one block costs one round of invalidation. */
START_TEST(a_batch_is_invalidated_once)
{
	phys_addr_t pages[PKVM_BATCH_PAGES];

	donate(FAR, 4);
	for (unsigned int i = 0; i < PKVM_BATCH_PAGES; i++) {
		pages[i] = FAR + (10 + 3 * i) * PAGE;
		host_alloc_range(pages[i], 1);
		*(u64 *)arch_env_page(pages[i]) =
			i + 1 < PKVM_BATCH_PAGES ? pages[i] + 3 * PAGE : 0;
		ck_assert(arch_env_host_access(pages[i]));
	}
	arch_env.s2_tlbi_syncs = 0;
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, pages[0], PKVM_BATCH_PAGES, 0), 0);
	ck_assert_uint_eq(arch_env.s2_tlbi_syncs, 1);
	host_donate(pages, PKVM_BATCH_PAGES);
	mm_check();
	assert_access_follows_ownership();
}
END_TEST

/* Splits and merges */

START_TEST(tables_come_from_the_pages_themselves)
{
	donate(FAR + 5 * PAGE, 1);
	ck_assert_uint_eq(stats().split_gibs, 1);
	ck_assert_uint_eq(stats().split_blocks, 1);
	ck_assert_uint_eq(stats().tables, 2);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES - 1);
	ck_assert_uint_eq(stats().tables_idle, 1);
	/* In a block of its own: a table there, and still the loader's for the GiB. */
	donate(FAR + BLOCK, 1);
	ck_assert_uint_eq(stats().tables, 3);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES - 1);
	ck_assert_uint_eq(stats().tables_idle, 2);
	/* The first page that could be used replaces it. */
	donate(FAR + 6 * PAGE, 1);
	ck_assert_uint_eq(stats().tables, 3);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES);
	ck_assert_uint_eq(stats().tables_idle, 1);
	ck_assert_uint_eq(regs.x[4], 0);
	ck_assert_int_eq(__page_state(FAR + 6 * PAGE), PAGE_HOST_S2);
	/* Nothing but tables: all of it comes back, and the GiB is whole. */
	ck_assert_uint_eq(host_reclaim(UINT64_MAX), 3);
	ck_assert_uint_eq(stats().split_gibs, 0);
	ck_assert_uint_eq(stats().split_blocks, 0);
	mm_check();
	assert_access_follows_ownership();
}
END_TEST

START_TEST(whole_blocks_need_no_table)
{
	/* The boot pages' GiB has one already. */
	donate(UINT64_C(0x40400000), 512);
	ck_assert_uint_eq(stats().tables, 0);
	/* Elsewhere one page of the block does. */
	donate(FAR + BLOCK, 512);
	ck_assert_uint_eq(stats().tables, 1);
	ck_assert_uint_eq(stats().split_blocks, 0);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES);
}
END_TEST

/* A block that was taken whole and comes back page by page, and the GiB behind it. */
START_TEST(giving_back_merges)
{
	ck_assert_uint_eq(donate(FAR, 512), 512);
	for (u64 left = 512; left; left--) {
		ck_assert_uint_eq(host_reclaim(1), 1);
		/* One of them becomes the table that the others' return needs. */
		ck_assert_uint_eq(stats().split_blocks, left > 1);
		if (left % 37 == 0)
			mm_check();
	}
	ck_assert_uint_eq(host_reclaim(1), 0);
	ck_assert_uint_eq(stats().hyp_pages, arch_env.boot.boot_pages);
	ck_assert_uint_eq(stats().tables, 0);
	ck_assert_uint_eq(stats().split_gibs, 0);
	mm_check();
	assert_access_follows_ownership();
}
END_TEST

/* As many as are said to be reclaimable come, singly, whatever kind they are. */
START_TEST(reclaimable_is_exact)
{
	u64 left;

	for (unsigned int i = 0; i < 3; i++) {
		host_topup(40, 0);
		host_call(&regs, PKVM_HCALL_RECLAIMABLE, 0, 0, 0);
		left = regs.x[2];
		ck_assert_uint_ge(left, 40);
		for (; left; left--) {
			ck_assert_uint_eq(host_reclaim(1), 1);
			/* A page that goes may leave the tables of its block and GiB idle. */
			host_call(&regs, PKVM_HCALL_RECLAIMABLE, 0, 0, 0);
			ck_assert_uint_le(regs.x[2], left + 1);
			left = regs.x[2] + 1;
		}
		ck_assert_uint_eq(host_reclaim(1), 0);
		mm_check();
	}
}
END_TEST

/* Scattered pages of the whole machine cost a table for each block, and give all of them back. */
START_TEST(scattered_pages_give_their_tables_back)
{
	u64 before = stats().hyp_pages;

	host_topup(1500, 0);
	ck_assert_uint_gt(stats().tables, 10);
	mm_check();
	host_reclaim(UINT64_MAX);
	mm_check();
	/* What is left serves the vmemmap, and tables for these pages. */
	ck_assert_uint_eq(stats().tables_idle, 0);
	ck_assert_uint_lt(stats().hyp_pages - before, 60);
	host_teardown();
	ck_assert_uint_eq(stats().hyp_pages, before);
	ck_assert_uint_eq(stats().tables, 0);
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES);
}
END_TEST

/* The loader's tables in memory, spare ones left out: these hold what they were last used for. */
static u64 first_tables(u8 **ret)
{
	const struct pkvm_boot *boot = &arch_env.boot;

	*ret = arch_env_page(boot->s2_root);
	return boot->s2_lazy - boot->s2_root;
}

START_TEST(teardown_leaves_exactly_the_first_tables)
{
	u8 *tables, *before;
	u64 size = first_tables(&tables);

	before = malloc(size);
	memcpy(before, tables, size);
	for (unsigned int i = 0; i < 3; i++) {
		host_topup(100 + 700 * i, 0);
		ck_assert_int_ne(memcmp(before, tables, size), 0);
		host_reclaim(200);
		mm_check();
	}
	host_teardown();
	ck_assert_mem_eq(before, tables, size);
	free(before);
}
END_TEST

/* Spare tables */

/* Ten GiBs of three pages each, and the boot pages. */
static void start_with_many_gibs(void)
{
	struct pkvm_ram_range ram[11] = { { GIB, 8 << 20 } };

	for (u64 i = 1; i < ARRAY_SIZE(ram); i++)
		ram[i] = (struct pkvm_ram_range){ (i + 1) * GIB, 3 * PAGE };
	start(ram, ARRAY_SIZE(ram));
}

START_TEST(pages_without_a_spare_table_are_left)
{
	phys_addr_t pages[10];

	start_with_many_gibs();
	for (u64 i = 0; i < 10; i++) {
		pages[i] = (i + 2) * GIB;
		host_alloc_range(pages[i], 1);
		*(u64 *)arch_env_page(pages[i]) = i < 9 ? pages[i] + GIB : PKVM_LIST_END;
	}
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, pages[0], 10, 0), 0);
	ck_assert_uint_eq(regs.x[3], 2);
	ck_assert_uint_eq(regs.x[4], 0);
	host_donate(pages, PKVM_S2_SPARE_TABLES);
	/* What is left is a list as it was offered. */
	ck_assert_uint_eq(regs.x[2], pages[9]);
	ck_assert_uint_eq(*(u64 *)arch_env_page(pages[9]), pages[8]);
	ck_assert_uint_eq(*(u64 *)arch_env_page(pages[8]), PKVM_LIST_END);
	ck_assert_uint_eq(stats().refused, 2);
	mm_check();
	assert_access_follows_ownership();
	/* As a range, too. */
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pages[9], 1, 0), 0);
	ck_assert_uint_eq(regs.x[2], pages[9]);
	ck_assert_uint_eq(regs.x[3], 1);
	/* Another page of one of the GiBs frees a table, and the next is taken. */
	donate(2 * GIB + PAGE, 1);
	ck_assert_uint_eq(stats().tables_spare, 1);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, pages[9], 2, 0), 0);
	ck_assert_uint_eq(regs.x[3], 1);
	host_donate(&pages[9], 1);
	mm_check();
	ck_assert_uint_eq(host_teardown(), 10);
	mm_check();
}
END_TEST

/* Tables of GiBs give way to the loader's on their own way back: also if many are idle at once. */
START_TEST(idle_gibs_come_back_one_by_one)
{
	start_with_many_gibs();
	for (u64 i = 0; i < 10; i++)
		ck_assert_uint_eq(donate((i + 2) * GIB, 2), 2);
	ck_assert_uint_eq(stats().tables_idle, 20);
	for (u64 left = 20; left; left--) {
		ck_assert_uint_eq(host_reclaim(1), 1);
		ck_assert_uint_eq(stats().tables_idle, left - 1);
		mm_check();
	}
	ck_assert_uint_eq(stats().tables_spare, PKVM_S2_SPARE_TABLES);
	assert_access_follows_ownership();
}
END_TEST

/* Ranges may end where a GiB begins that cannot be split: what is before it is taken. */
START_TEST(a_range_is_taken_as_far_as_it_goes)
{
	struct pkvm_ram_range ram[10] = { { GIB, 8 << 20 } };

	for (u64 i = 1; i < 9; i++)
		ram[i] = (struct pkvm_ram_range){ (i + 1) * GIB, PAGE };
	ram[9] = (struct pkvm_ram_range){ 20 * GIB - BLOCK, 2 * BLOCK };
	start(ram, ARRAY_SIZE(ram));
	for (u64 i = 1; i < 8; i++)
		donate((i + 1) * GIB, 1);
	ck_assert_uint_eq(stats().tables_spare, 1);
	host_alloc_range(20 * GIB - PAGE, 11);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, 20 * GIB - PAGE, 11, 0), 0);
	ck_assert_uint_eq(regs.x[2], 20 * GIB);
	ck_assert_uint_eq(regs.x[3], 10);
	host_donate_range(20 * GIB - PAGE, 1);
	mm_check();
}
END_TEST

/* Faults */

START_TEST(holes_are_mapped_on_fault)
{
	/* In the 512 GiB of RAM: the table is there. */
	ck_assert(arch_env_host_access(UINT64_C(0x9000000)));
	ck_assert(arch_env_host_access(UINT64_C(0x9000123)));
	ck_assert(arch_env_host_access(100 * GIB));
	ck_assert_uint_eq(stats().faults_mapped, 2);
	/* More stretches without a table than there are tables for them: they take turns. */
	for (unsigned int round = 0; round < 3; round++)
		for (u64 i = 1; i <= PKVM_S2_LAZY_TABLES + 2; i++) {
			ck_assert(arch_env_host_access(i * 512 * GIB + round * GIB));
			ck_assert(arch_env_host_access(i * 512 * GIB));
			mm_check();
		}
	ck_assert_uint_gt(stats().faults_mapped, 2 + 3 * (PKVM_S2_LAZY_TABLES + 2));
	ck_assert_uint_eq(stats().violations, 0);
	/* RAM has tables of its own, which nothing pushes aside. */
	donate(FAR, 20);
	assert_access_follows_ownership();
}
END_TEST

START_TEST(a_fault_that_lost_a_race_is_none)
{
	struct pkvm_violation who = { .ipa = FAR };

	donate(FAR, 2);
	ck_assert(!host_fault(&who));
	host_reclaim(2);
	/* The host has it again, and the abort has been on its way since before. */
	who.info = 0;
	ck_assert(host_fault(&who));
	ck_assert_uint_eq(stats().faults_raced, 1);
	ck_assert_uint_eq(stats().violations, 1);
}
END_TEST

static u64 get_violations(u64 first)
{
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VIOLATIONS, first, 0, 0), 0);
	return regs.x[3];
}

START_TEST(violations_are_remembered)
{
	struct pkvm_violation *v = (struct pkvm_violation *)&regs.x[4];

	ck_assert_uint_eq(get_violations(0), 0);
	ck_assert_uint_eq(regs.x[2], 0);
	donate(FAR, 30);
	ck_assert(!arch_env_host_access(FAR + 3 * PAGE + 0x123));
	ck_assert_uint_eq(get_violations(0), 1);
	ck_assert_uint_eq(regs.x[2], 1);
	ck_assert_uint_eq(v->ipa, FAR + 3 * PAGE);
	ck_assert_uint_eq(v->va, FAR + 3 * PAGE + 0x123);
	ck_assert_uint_eq(v->pc, ~(FAR + 3 * PAGE + 0x123));
	ck_assert_uint_eq(v->info, PKVM_OWNER_HYP);
	ck_assert_uint_eq(get_violations(1), 0);
	/* Those that were not asked for in time are lost, and the numbers tell. */
	for (u64 i = 0; i < 30; i++)
		ck_assert(!arch_env_host_access(FAR + i * PAGE));
	for (u64 next = 1, expect = 31 - 16; expect < 31; expect += regs.x[3]) {
		ck_assert_uint_gt(get_violations(next), 0);
		next = regs.x[2];
		ck_assert_uint_eq(next - regs.x[3], expect);
		for (u64 i = 0; i < regs.x[3]; i++)
			ck_assert_uint_eq(v[i].ipa, FAR + (expect + i - 1) * PAGE);
	}
	ck_assert_uint_eq(get_violations(UINT64_MAX), 0);
	ck_assert_uint_eq(regs.x[2], 31);
}
END_TEST

/* No lock, no memory: only what one store can do. */
START_TEST(a_dead_el2_still_guards_its_pages)
{
	donate(FAR, 5);
	ck_assert(!host_fault_dead(FAR));
	ck_assert(!host_fault_dead(arch_env.boot.boot_pa));
	ck_assert(host_fault_dead(FAR + 5 * PAGE));
	ck_assert(host_fault_dead(100 * GIB));
	ck_assert(!host_fault_dead(3 * 512 * GIB));
	ck_assert(!host_fault_dead(UINT64_MAX));
	ck_assert_uint_eq(stats().violations, 0);
	mm_check();
}
END_TEST

/* Small address spaces: level 1 is the root, of several tables one behind the other. */
static const struct {
	unsigned int bits;
	struct pkvm_ram_range ram[2];
} small[] = {
	{ 32, { { GIB, 8 << 20 }, { 3 * GIB, 8 << 20 } } },
	{ 36, { { GIB, 8 << 20 }, { 63 * GIB, 8 << 20 } } },
	{ 40, { { GIB, 8 << 20 }, { 1023 * GIB, 8 << 20 } } },
	{ 42, { { GIB, 8 << 20 }, { 4095 * GIB, 8 << 20 } } },
	{ 44, { { GIB, 8 << 20 }, { 16383 * GIB, 8 << 20 } } },
};

START_TEST(small_address_spaces_work)
{
	arch_env_set_ipa_bits(small[_i].bits);
	start(small[_i].ram, 2);
	assert_access_follows_ownership();
	donate(small[_i].ram[1].base + PAGE, 511);
	host_topup(600, 0);
	mm_check();
	assert_access_follows_ownership();
	ck_assert(arch_env_host_access(BIT(small[_i].bits) - 1));
	ck_assert(!arch_env_host_access(BIT(small[_i].bits)));
	ck_assert(!arch_env_host_access(UINT64_MAX));
	ck_assert_uint_gt(get_violations(stats().violations - 1), 0);
	ck_assert_uint_eq(regs.x[4 + 3], PKVM_OWNER_NOBODY);
	host_teardown();
	mm_check();
	assert_access_follows_ownership();
}
END_TEST

/* Everything at once */

static void touch_any_page(void)
{
	arch_env_host_access(arch_env_page_pa(host_random(arch_env.nr_pages)));
}

static void random_range(void)
{
	u64 index = host_random(arch_env.nr_pages);
	u64 nr = 1 + host_random(host_random(4) ? 20 : 700);
	u64 got = 0;

	while (got < nr && index + got < arch_env.nr_pages &&
	       arch_env_page_pa(index + got) == arch_env_page_pa(index) + got * PAGE &&
	       host_page_state(arch_env_page_pa(index + got)) == HOST_FREE)
		got++;
	if (got)
		donate(arch_env_page_pa(index), min_u64(got, PKVM_RANGE_PAGES));
}

START_TEST(random_operations_keep_all_views_together)
{
	for (unsigned int i = 0; i < 400; i++) {
		switch (host_random(5)) {
		case 0:
			host_topup(1 + host_random(40), 0);
			break;
		case 1:
			random_range();
			break;
		case 2:
			host_reclaim(1 + host_random(300));
			break;
		default:
			for (unsigned int k = 0; k < 100; k++)
				touch_any_page();
		}
		if (i % 8 == 0)
			mm_check();
		if (i % 100 == 0)
			assert_access_follows_ownership();
	}
	host_teardown();
	mm_check();
	ck_assert_uint_eq(stats().tables, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, loader_cuts_out_what_it_loads);
	tcase_add_test(tcase, donated_pages_fault_and_their_neighbours_do_not);
	tcase_add_test(tcase, a_batch_is_invalidated_once);
	tcase_add_test(tcase, tables_come_from_the_pages_themselves);
	tcase_add_test(tcase, whole_blocks_need_no_table);
	tcase_add_test(tcase, giving_back_merges);
	tcase_add_test(tcase, reclaimable_is_exact);
	tcase_add_test(tcase, scattered_pages_give_their_tables_back);
	tcase_add_test(tcase, teardown_leaves_exactly_the_first_tables);
	tcase_add_test(tcase, pages_without_a_spare_table_are_left);
	tcase_add_test(tcase, idle_gibs_come_back_one_by_one);
	tcase_add_test(tcase, a_range_is_taken_as_far_as_it_goes);
	tcase_add_test(tcase, holes_are_mapped_on_fault);
	tcase_add_test(tcase, a_fault_that_lost_a_race_is_none);
	tcase_add_test(tcase, violations_are_remembered);
	tcase_add_test(tcase, a_dead_el2_still_guards_its_pages);
	tcase_add_loop_test(tcase, small_address_spaces_work, 0, ARRAY_SIZE(small));
	tcase_add_test(tcase, random_operations_keep_all_views_together);
	return hyp_suite_run("host stage-2", tcase);
}
