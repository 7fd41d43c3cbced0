// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping stock pages into EL2's private ranges. Tables come from the stock with
 * the pages they map and go back with the last of them: a table's struct hyp_page
 * counts its valid entries. The root is the loader's and stays.
 */
#include "pgtable.h"

#include "arch.h"
#include "mm_priv.h"
#include "panic.h"
#include "pte.h"
#include "stock.h"

static bool is_mapped(u64 va, unsigned int level)
{
	return pte_is_valid(READ_ONCE(*arch_pte(va, level)));
}

/* The last level of the walk for va that has an entry: PTE_LAST_LEVEL if all tables are there. */
static unsigned int walk_depth(u64 va)
{
	unsigned int level = 0;

	while (level < PTE_LAST_LEVEL && is_mapped(va, level))
		level++;
	return level;
}

/* Of any number, canonical or not. Private: what EL2 maps and unmaps. */
static bool va_is_private(u64 va)
{
	u64 offset = va - mm.boot->va_base;

	return offset >= PKVM_VA_HEAP && offset < PKVM_VA_SHARED + PKVM_VA_SLOT;
}

bool hyp_mapped(u64 va)
{
	return va_is_private(va) && walk_depth(va) == PTE_LAST_LEVEL &&
	       is_mapped(va, PTE_LAST_LEVEL);
}

u64 hyp_map_cost(u64 va, u64 nr_pages)
{
	u64 end = va + (nr_pages << HYP_PAGE_SHIFT);
	u64 cost = nr_pages;

	/* A table of the next level for each entry of this one that the range touches. */
	for (unsigned int level = 0; level < PTE_LAST_LEVEL; level++)
		for (u64 at = ALIGN_DOWN(va, PTE_SPAN(level)); at < end; at += PTE_SPAN(level))
			cost += walk_depth(at) <= level;
	return cost;
}

/* Returns the last table of the walk for va, made as far as it is missing. */
static phys_addr_t __get_table(u64 va)
{
	phys_addr_t table = 0;

	for (unsigned int level = 0; level < PTE_LAST_LEVEL; level++) {
		u64 *pte = arch_pte(va, level);

		if (!pte_is_valid(*pte)) {
			WRITE_ONCE(*pte, __stock_get_reserved(PAGE_TABLE) | PKVM_PTE_PAGE_TABLE);
			/* The next step reaches the new table through this entry. */
			arch_pte_sync();
			if (level)
				__page_count_add(table, 1);
		}
		table = pte_pa(*pte);
	}
	return table;
}

void __pgtable_map(u64 va, phys_addr_t pa)
{
	phys_addr_t table = __get_table(va);
	u64 *pte = arch_pte(va, PTE_LAST_LEVEL);

	HYP_ASSERT(!pte_is_valid(*pte));
	WRITE_ONCE(*pte, pa | PKVM_PTE_PAGE_RW);
	__page_count_add(table, 1);
}

void hyp_map(u64 va, u64 nr_pages)
{
	hyp_spin_lock(&mm_lock);
	for (u64 i = 0; i < nr_pages; i++)
		__pgtable_map(va + (i << HYP_PAGE_SHIFT), __stock_get_reserved(PAGE_HEAP));
	arch_pte_sync();
	hyp_spin_unlock(&mm_lock);
}

static phys_addr_t __clear_pte(u64 va, unsigned int level)
{
	u64 *pte = arch_pte(va, level);
	phys_addr_t pa = pte_pa(*pte);

	HYP_ASSERT(pte_is_valid(*pte));
	WRITE_ONCE(*pte, 0);
	return pa;
}

/*
 * An entry of the last level has been cleared: the tables that this leaves empty, which are
 * all zero, go to the stock. Other CPUs may still walk through these until the TLBs are
 * invalidated: the links that one may begin with are no valid entries.
 */
static void __put_empty_tables(u64 va)
{
	for (unsigned int level = PTE_LAST_LEVEL; level; level--) {
		if (__page_count_add(pte_pa(*arch_pte(va, level - 1)), -1))
			return;
		__stock_put(__clear_pte(va, level - 1), 1, STOCK_ZERO);
	}
}

void __pgtable_unmap(u64 va)
{
	__clear_pte(va, PTE_LAST_LEVEL);
	__put_empty_tables(va);
}

static void __unmap_page(u64 va)
{
	__stock_put(__clear_pte(va, PTE_LAST_LEVEL), 1, STOCK_ZERO);
	__put_empty_tables(va);
}

void hyp_unmap(u64 va, u64 nr_pages)
{
	for (u64 i = 0; i < nr_pages; i++)
		arch_scrub_page((void *)(va + (i << HYP_PAGE_SHIFT)));

	hyp_spin_lock(&mm_lock);
	for (u64 i = 0; i < nr_pages; i++)
		__unmap_page(va + (i << HYP_PAGE_SHIFT));
	arch_pte_sync();
	arch_tlbi(va, nr_pages);
	/* Only now can anybody take the pages out of the stock. */
	hyp_spin_unlock(&mm_lock);
}
