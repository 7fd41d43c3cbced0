// SPDX-License-Identifier: GPL-2.0-or-later
/* An auditor of EL2's memory: it reads RAM only, except for the state under test. */
#include "mm_check.h"

#include <check.h>
#include <pkvm/stage2.h>
#include <stdlib.h>

#include "../../../kmod/hyp/guest_s2.h"
#include "../../../kmod/hyp/heap.h"
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
	u8 *taken;			/* by page number: enum pkvm_owner, HOST if it is lent */
	u64 hyp_pages, guest_pages;
	/* Entries in guests' tables, for pages of the host's and of their own. */
	u64 borrowed, guest_entries;
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

/* What the vmemmap has written down; it is the state under test. */
static bool is_stored(phys_addr_t pa, enum page_state state)
{
	return __page_stored_state(pa) == state;
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

/*
 * A page of the vmemmap lies on the path to its own entry, or it came from the stock. Returns how
 * many the table leads to.
 */
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
		REQUIRE(ALIGN_DOWN(entry, PTE_SPAN(level)) == va ||
			is_stored(pte_pa(pte), PAGE_VMEMMAP));
		below = level < PTE_LAST_LEVEL ? audit_vmemmap(audit, pte_pa(pte), level + 1, va) :
						 count_states(pte_pa(pte));
		audit->idle_steps += !below;
		nr++;
	}
	return nr;
}

/* A page that is mapped: the heap's, or the host's while it is pinned. */
static void audit_leaf(struct audit *audit, phys_addr_t pa)
{
	if (is_stored(pa, PAGE_SHARED_HYP))
		REQUIRE(__page_count(pa));
	else
		use_page(audit, pa, PAGE_HEAP);
}

static void audit_table(struct audit *audit, phys_addr_t table, unsigned int level)
{
	unsigned int valid = 0;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		u64 pte = table_at(table)[i];

		if (!pte_is_valid(pte))
			continue;
		valid++;
		if (level == PTE_LAST_LEVEL) {
			audit_leaf(audit, pte_pa(pte));
			continue;
		}
		use_page(audit, pte_pa(pte), PAGE_TABLE);
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

/*
 * Tables of guests are found by their state, as their roots are known to VMs alone. Leaves are
 * all that is valid in one of the last level; that it is one shows in its entries' attributes.
 */
static void audit_guest_table(struct audit *audit, phys_addr_t table)
{
	unsigned int valid = 0;

	use_page(audit, table, PAGE_GUEST_S2);
	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		u64 entry = table_at(table)[i];
		phys_addr_t pa = entry & PKVM_S2_ADDR;

		valid += entry != 0;
		if ((entry & PKVM_S2_PLAIN) != PKVM_S2_PLAIN) {
			REQUIRE(!entry || is_stored(pa, PAGE_GUEST_S2));
		} else if (entry & GUEST_S2_BORROWED) {
			REQUIRE(is_stored(pa, PAGE_SHARED_GUEST));
			audit->borrowed++;
		} else {
			REQUIRE(is_stored(pa, entry & GUEST_S2_SHARED ? PAGE_GUEST_SHARED :
									PAGE_GUEST));
			audit->guest_entries++;
		}
	}
	REQUIRE(valid && valid == __page_count(table));
}

static void audit_guests(struct audit *audit)
{
	for (u64 i = 0; i < arch_env.nr_pages; i++)
		if (is_stored(arch_env_page_pa(i), PAGE_GUEST_S2))
			audit_guest_table(audit, arch_env_page_pa(i));
}

static bool in_pages(phys_addr_t pa, phys_addr_t start, unsigned int nr)
{
	return pa - start < nr * HYP_PAGE_SIZE;
}

static bool is_boot(phys_addr_t pa)
{
	return pa - arch_env.boot.boot_pa < arch_env.boot.boot_size;
}

/* Marks what an entry takes from the host; all of it is RAM. */
static void audit_taken(struct audit *audit, u64 entry, u64 ipa, unsigned int level)
{
	enum pkvm_owner owner = entry >> PKVM_S2_OWNER_SHIFT;
	u64 nr = PTE_SPAN(level) >> HYP_PAGE_SHIFT;

	REQUIRE(level >= 2);
	if (entry & PKVM_S2_VALID) {
		REQUIRE(entry == (pkvm_s2_plain(ipa, level) | PKVM_S2_LENT));
		owner = PKVM_OWNER_HOST;
	} else {
		REQUIRE(owner == PKVM_OWNER_HYP || owner == PKVM_OWNER_GUEST);
	}
	if (owner == PKVM_OWNER_HYP) {
		audit->hyp_pages += nr;
	} else {
		REQUIRE(level == PTE_LAST_LEVEL);
		audit->guest_pages += nr;
	}
	for (u64 pa = ipa; pa < ipa + PTE_SPAN(level); pa += HYP_PAGE_SIZE)
		audit->taken[arch_env_page_index(pa)] = owner;
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
		REQUIRE((table >> PTE_SHIFT(level) == ipa >> PTE_SHIFT(level)) !=
			is_stored(table, PAGE_HOST_S2));
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
			audit_taken(audit, entry, ipa, level);
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
		if (audit->taken[i])
			hyp[nr++] = (struct hyp_page_use){
				arch_env_page_pa(i),
				audit->use[i] == PAGE_HOST_S2 &&
					!is_stored(arch_env_page_pa(i), PAGE_HOST_S2),
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
	ck_assert_uint_eq(stats.guest_pages, audit->guest_pages);
	ck_assert_uint_eq(stats.host_pages,
			  arch_env.nr_pages - audit->hyp_pages - audit->guest_pages);
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

/* What the vmemmap and the stage-2 say of a page that the host has, or a guest. */
static void audit_others(struct audit *audit, phys_addr_t pa)
{
	u8 taken = audit->taken[arch_env_page_index(pa)];
	enum page_state state = __page_stored_state(pa);

	switch (state) {
	case PAGE_HOST:
	case PAGE_SHARED_HYP:
		REQUIRE(!taken);
		break;
	case PAGE_SHARED_GUEST:
		REQUIRE(!taken && __page_count(pa));
		audit->borrowed -= __page_count(pa);
		break;
	case PAGE_GUEST:
		REQUIRE(taken == PKVM_OWNER_GUEST);
		break;
	case PAGE_GUEST_SHARED:
		REQUIRE(taken == PKVM_OWNER_HOST);
		break;
	default:
		ck_abort_msg("page %#lx: state %d, and nobody uses it", (unsigned long)pa, state);
	}
	audit->totals[state]++;
}

static void audit_page(struct audit *audit, phys_addr_t pa)
{
	u64 i = arch_env_page_index(pa);
	bool donated = host_page_state(pa) == HOST_DONATED;

	if (host_page_state(pa) == HOST_BOOT) {
		REQUIRE(audit->taken[i] == PKVM_OWNER_HYP);
		return;
	}
	REQUIRE(donated == (audit->use[i] != PAGE_HOST));
	if (!donated) {
		audit_others(audit, pa);
		return;
	}
	REQUIRE(audit->taken[i] == PKVM_OWNER_HYP);
	if (__page_state(pa) != audit->use[i])
		ck_abort_msg("page %#lx: state %d, used as %d", (unsigned long)pa,
			     __page_state(pa), audit->use[i]);
}

static void audit_pages(struct audit *audit)
{
	struct pkvm_page_stats stats;

	for (u64 i = 0; i < arch_env.nr_pages; i++)
		audit_page(audit, arch_env_page_pa(i));
	mm_page_stats(&stats);
	REQUIRE(audit->borrowed == 0);
	REQUIRE(audit->guest_entries == stats.guest_pages);
	ck_assert_uint_eq(stats.shared_hyp, audit->totals[PAGE_SHARED_HYP]);
	ck_assert_uint_eq(stats.shared_guest, audit->totals[PAGE_SHARED_GUEST]);
	ck_assert_uint_eq(stats.guest_pages,
			  audit->totals[PAGE_GUEST] + audit->totals[PAGE_GUEST_SHARED]);
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
			  audit->totals[PAGE_TABLE] + audit->totals[PAGE_HOST_S2] +
				  audit->totals[PAGE_GUEST_S2]);
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
		.taken = calloc(arch_env.nr_pages, 1),
	};
	u64 offset;

	audit_region(&audit, PKVM_VA_VMEMMAP);
	audit_region(&audit, PKVM_VA_HEAP);
	audit_region(&audit, PKVM_VA_SELFTEST);
	audit_region(&audit, PKVM_VA_SHARED);
	audit_guests(&audit);
	audit_stock(&audit);
	audit_stage2(&audit);
	audit_s2_figures(&audit);
	audit_pages(&audit);
	audit_counters(&audit, nr);
	free(audit.use);
	free(audit.taken);
	ck_assert_int_eq(heap_check(&main_heap, &offset), PKVM_CHECK_OK);
	ck_assert_int_eq(heap_check(&selftest_heap, &offset), PKVM_CHECK_OK);
}

void mm_check(void)
{
	mm_check_mapped(0);
}
