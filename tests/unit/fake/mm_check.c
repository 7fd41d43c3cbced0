// SPDX-License-Identifier: GPL-2.0-or-later
/* An auditor of EL2's memory: it reads RAM only, except for the state under test. */
#include "mm_check.h"

#include <check.h>
#include <pkvm/stage2.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kmod/hyp/heap.h"
#include "../../../kmod/hyp/host_s2.h"
#include "../../../kmod/hyp/init.h"
#include "../../../kmod/hyp/page.h"
#include "../../../kmod/hyp/pte.h"
#include "../../../kmod/hyp/selftest.h"
#include "../../../kmod/hyp/stock.h"
#include "../../../kmod/hyp/vmemmap.h"
#include "arch_env.h"
#include "host.h"

/* Check reports each assertion that holds, too: not for what is looked at page by page. */
#define REQUIRE(cond)							\
	do {								\
		if (!(cond))						\
			ck_abort_msg("not so: %s", #cond);		\
	} while (0)

struct audit {
	u8 *use;			/* enum page_state by page number */
	u64 totals[PAGE_STATES];
	u64 idle_steps;			/* of the vmemmap */
	/* What the host's stage-2 says. */
	u8 *hyp;			/* by page number: EL2's */
	u64 hyp_pages;
	u64 split_gibs;			/* the loader's splits not counted, as for the blocks */
	u64 split_blocks;
	u64 idle;
	u64 spare_in_use;
	unsigned int lazy_in_use;
};

static const u64 *table_at(phys_addr_t pa)
{
	return arch_env_page(pa);
}

/* Each page has one use. */
static void use_page(struct audit *audit, phys_addr_t pa, enum page_state state)
{
	u8 *use = &audit->use[arch_env_page_index(pa)];

	if (*use != PAGE_HOST)
		ck_abort_msg("page %#lx is used as %d and as %d", (unsigned long)pa, *use, state);
	*use = state;
	audit->totals[state]++;
}

static bool is_zero_page(phys_addr_t pa)
{
	for (unsigned int i = 0; i < 3; i++)
		if (arch_env.boot.zero_pa[i] == pa)
			return true;
	return false;
}

/* How many entries in memory of the vmemmap have a state. */
static unsigned int count_states(phys_addr_t pa)
{
	const struct hyp_page *pages = arch_env_page(pa);
	unsigned int nr = 0;

	for (unsigned int i = 0; i < HYP_PAGE_SIZE / sizeof(*pages); i++)
		nr += pages[i].state != PAGE_HOST;
	REQUIRE(__vmemmap_entry(pa)->count == nr);
	return nr;
}

/* A page of the vmemmap lies on the path to its own entry. Returns how many the table leads to. */
static unsigned int audit_vmemmap(struct audit *audit, phys_addr_t table, unsigned int level,
				  u64 va)
{
	u64 base = arch_env.boot.va_base + PKVM_VA_VMEMMAP;
	unsigned int nr = 0, below;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++, va += PTE_SPAN(level)) {
		u64 pte = table_at(table)[i];
		u64 entry = base + (pte_pa(pte) >> HYP_PAGE_SHIFT) * 2;

		if (!pte_is_valid(pte) || is_zero_page(pte_pa(pte)))
			continue;
		use_page(audit, pte_pa(pte), PAGE_VMEMMAP);
		ck_assert_uint_eq(ALIGN_DOWN(entry, PTE_SPAN(level)), va);
		below = level < PTE_LAST_LEVEL ? audit_vmemmap(audit, pte_pa(pte), level + 1, va) :
						 count_states(pte_pa(pte));
		audit->idle_steps += !below;
		nr++;
	}
	return nr;
}

static void audit_table(struct audit *audit, phys_addr_t table, unsigned int level)
{
	unsigned int valid = 0;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		u64 pte = table_at(table)[i];

		if (!pte_is_valid(pte))
			continue;
		valid++;
		use_page(audit, pte_pa(pte), level == PTE_LAST_LEVEL ? PAGE_HEAP : PAGE_TABLE);
		if (level < PTE_LAST_LEVEL)
			audit_table(audit, pte_pa(pte), level + 1);
	}
	ck_assert_uint_gt(valid, 0);
	ck_assert_uint_eq(__page_count_add(table, 0), valid);
}

/* By region: below the root its tables are its own. */
static void audit_region(struct audit *audit, u64 offset)
{
	u64 va = arch_env.boot.va_base + offset;
	u64 pte = table_at(arch_env.root)[va >> PTE_SHIFT(0) & (PTE_ENTRIES - 1)];

	if (offset == PKVM_VA_VMEMMAP) {
		audit_vmemmap(audit, pte_pa(pte), 1, va);
	} else if (pte_is_valid(pte)) {
		use_page(audit, pte_pa(pte), PAGE_TABLE);
		audit_table(audit, pte_pa(pte), 1);
	}
}

static bool in_pages(phys_addr_t pa, phys_addr_t start, unsigned int nr)
{
	return pa - start < nr * HYP_PAGE_SIZE;
}

static bool is_boot(phys_addr_t pa)
{
	return pa - arch_env.boot.boot_pa < arch_env.boot.boot_size;
}

/* Marks what an owned entry takes from the host; all of it is RAM. */
static void audit_owned(struct audit *audit, u64 ipa, unsigned int level)
{
	for (u64 pa = ipa; pa < ipa + PTE_SPAN(level); pa += HYP_PAGE_SIZE)
		audit->hyp[arch_env_page_index(pa)] = 1;
	audit->hyp_pages += PTE_SPAN(level) >> HYP_PAGE_SHIFT;
}

/* Whose the page of a table is, and what it stands for. */
static void audit_s2_page(struct audit *audit, u64 entry, u64 ipa, unsigned int level)
{
	const struct pkvm_boot *boot = &arch_env.boot;
	phys_addr_t table = entry & PKVM_S2_ADDR;
	bool spare = in_pages(table, boot->s2_spare, PKVM_S2_SPARE_TABLES);

	if (in_pages(table, boot->s2_lazy, PKVM_S2_LAZY_TABLES)) {
		REQUIRE(level == 0);
		audit->lazy_in_use++;
		return;
	}
	if (is_boot(table) && !spare)
		return;
	audit->spare_in_use += spare;
	if (!spare) {
		use_page(audit, table, PAGE_HOST_S2);
		REQUIRE(table >> PTE_SHIFT(level) == ipa >> PTE_SHIFT(level));
	}
	REQUIRE(level >= 1);
	REQUIRE(!spare || level == 1);
	*(level == 1 ? &audit->split_gibs : &audit->split_blocks) += 1;
}

/* Returns how many entries of a table are not plain. */
static unsigned int audit_s2(struct audit *audit, phys_addr_t table, unsigned int level, u64 ipa)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++, ipa += PTE_SPAN(level)) {
		u64 entry = table_at(table)[i];

		if (!entry && level <= 1)
			continue;
		if (level && entry == pkvm_s2_plain(ipa, level))
			continue;
		count++;
		if (pkvm_s2_is_table(entry, level)) {
			unsigned int below = audit_s2(audit, entry & PKVM_S2_ADDR, level + 1, ipa);

			audit_s2_page(audit, entry, ipa, level);
			if (level) {
				REQUIRE(pkvm_s2_count(entry) == below);
				REQUIRE(below > 0);
			}
		} else {
			REQUIRE(entry >> PKVM_S2_OWNER_SHIFT == PKVM_OWNER_HYP);
			REQUIRE(!(entry & PKVM_S2_VALID));
			REQUIRE(level >= 2);
			audit_owned(audit, ipa, level);
		}
	}
	return count;
}

struct hyp_page_use {
	phys_addr_t pa;
	bool table;
};

/* Whether nothing but this table and one beside it in its block is EL2's, there or in its GiB. */
static bool is_idle(const struct hyp_page_use *table, const struct hyp_page_use *hyp, u64 nr)
{
	u64 others_block = 0, others_gib = 0;

	for (u64 i = 0; i < nr; i++) {
		bool same_block = hyp[i].pa >> 21 == table->pa >> 21;

		if (&hyp[i] == table || hyp[i].pa >> 30 != table->pa >> 30)
			continue;
		others_block += same_block;
		others_gib += !same_block || !hyp[i].table;
	}
	return !others_block || (others_block == 1 && !others_gib);
}

static u64 count_idle(const struct audit *audit)
{
	struct hyp_page_use *hyp = calloc(arch_env.nr_pages, sizeof(*hyp));
	u64 nr = 0, idle = 0;

	for (u64 i = 0; i < arch_env.nr_pages; i++)
		if (audit->hyp[i])
			hyp[nr++] = (struct hyp_page_use){
				arch_env_page_pa(i), audit->use[i] == PAGE_HOST_S2,
			};
	for (u64 i = 0; i < nr; i++)
		idle += hyp[i].table && is_idle(&hyp[i], hyp, nr);
	free(hyp);
	return idle;
}

static void audit_stage2(struct audit *audit)
{
	const struct pkvm_boot *boot = &arch_env.boot;
	unsigned int start = pkvm_s2_start_level(boot->s2_ipa_bits);
	u64 span = PTE_SPAN(start) * PTE_ENTRIES;

	for (unsigned int i = 0; i < pkvm_s2_root_pages(boot->s2_ipa_bits); i++)
		audit_s2(audit, boot->s2_root + i * HYP_PAGE_SIZE, start, i * span);
	audit->idle = count_idle(audit);
}

/* In the view of the host's stage-2, and of its TLB. */
static void audit_s2_figures(const struct audit *audit)
{
	struct pkvm_page_stats stats;

	mm_page_stats(&stats);
	ck_assert_uint_eq(stats.hyp_pages, audit->hyp_pages);
	ck_assert_uint_eq(stats.host_pages, arch_env.nr_pages - audit->hyp_pages);
	ck_assert_uint_eq(stats.split_gibs, audit->split_gibs);
	ck_assert_uint_eq(stats.split_blocks, audit->split_blocks);
	ck_assert_uint_eq(stats.tables, audit->split_gibs + audit->split_blocks);
	ck_assert_uint_eq(stats.tables_idle, audit->idle);
	ck_assert_uint_eq(stats.tables_spare, PKVM_S2_SPARE_TABLES - audit->spare_in_use);
	ck_assert_uint_le(audit->lazy_in_use, PKVM_S2_LAZY_TABLES);
	arch_env_check_host_tlb();
}

/* A free block: aligned, zero but for its links, and not beside one that it should have joined. */
static void audit_block(struct audit *audit, phys_addr_t pa, int order, phys_addr_t prev)
{
	u64 size = HYP_PAGE_SIZE << order;

	REQUIRE(IS_ALIGNED(pa, size));
	REQUIRE(table_at(pa)[1] == prev);
	REQUIRE(prev != PKVM_LIST_END || !table_at(pa)[0]);
	REQUIRE(order == POOL_MAX_ORDER || __page_free_order(pa ^ size) != order);
	for (phys_addr_t page = pa; page < pa + size; page += HYP_PAGE_SIZE) {
		use_page(audit, page, PAGE_STOCK);
		REQUIRE(arch_env_is_zero(page, page == pa ? 2 : 0));
		REQUIRE(__page_free_order(page) == (page == pa ? order : PAGE_NO_ORDER));
	}
}

static void audit_stock(struct audit *audit)
{
	for (int order = 0; order <= POOL_MAX_ORDER; order++) {
		const struct pool_list *list = &__stock()->pool.list[order];
		phys_addr_t pa = list->head, prev = PKVM_LIST_END;

		for (u64 i = 0; i < list->nr; i++) {
			audit_block(audit, pa, order, prev);
			prev = pa;
			pa = i ? table_at(pa)[0] : list->second;
		}
		REQUIRE(pa == PKVM_LIST_END);
	}
	ck_assert_uint_eq(__stock()->reserved, 0);
	ck_assert_uint_le(__stock()->credited, __page_total(PAGE_STOCK));
}

static void audit_pages(const struct audit *audit)
{
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);
		bool donated = host_page_state(pa) == HOST_DONATED;

		if (host_page_state(pa) == HOST_BOOT) {
			REQUIRE(audit->hyp[i]);
			continue;
		}
		REQUIRE(audit->hyp[i] == (audit->use[i] != PAGE_HOST));
		if (__page_state(pa) != audit->use[i] || donated != (audit->use[i] != PAGE_HOST))
			ck_abort_msg("page %#lx: state %d, used as %d, %s", (unsigned long)pa,
				     __page_state(pa), audit->use[i],
				     donated ? "donated" : "the host's");
	}
}

static void audit_counters(const struct audit *audit, u64 mapped)
{
	struct pkvm_heap_stats heap, selftest;
	struct pkvm_mem_stats mem;

	mm_stats(&mem);
	heap_stats(&main_heap, &heap);
	heap_stats(&selftest_heap, &selftest);
	ck_assert_uint_eq(mem.stock, audit->totals[PAGE_STOCK]);
	ck_assert_uint_eq(mem.heap, audit->totals[PAGE_HEAP]);
	ck_assert_uint_eq(mem.heap, mapped + ((heap.mapped + selftest.mapped) >> HYP_PAGE_SHIFT));
	ck_assert_uint_eq(mem.tables,
			  audit->totals[PAGE_TABLE] + audit->totals[PAGE_HOST_S2]);
	ck_assert_uint_eq(mem.vmemmap_pages, audit->totals[PAGE_VMEMMAP]);
	ck_assert_uint_eq(__vmemmap_idle(), audit->idle_steps);
	ck_assert_uint_eq(mem.owned,
			  mem.boot + mem.stock + mem.heap + mem.tables + mem.vmemmap_pages);
	ck_assert_uint_eq(mem.owned, mem.boot + host_donated());
	ck_assert_uint_eq(mem.owned, mem.boot + mem.topped_up - mem.reclaimed);
}

void mm_check_mapped(u64 nr)
{
	struct audit audit = {
		.use = calloc(arch_env.nr_pages, 1),
		.hyp = calloc(arch_env.nr_pages, 1),
	};
	u64 offset;

	audit_region(&audit, PKVM_VA_VMEMMAP);
	audit_region(&audit, PKVM_VA_HEAP);
	audit_region(&audit, PKVM_VA_SELFTEST);
	audit_stock(&audit);
	audit_stage2(&audit);
	audit_s2_figures(&audit);
	audit_pages(&audit);
	audit_counters(&audit, nr);
	free(audit.use);
	free(audit.hyp);
	ck_assert_int_eq(heap_check(&main_heap, &offset), PKVM_CHECK_OK);
	ck_assert_int_eq(heap_check(&selftest_heap, &offset), PKVM_CHECK_OK);
}

void mm_check(void)
{
	mm_check_mapped(0);
}
