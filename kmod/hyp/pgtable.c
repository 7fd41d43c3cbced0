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

#define LAST_LEVEL	3

static bool pte_valid(u64 va, unsigned int level)
{
	return READ_ONCE(*arch_pte(va, level)) & PTE_VALID;
}

/* The last level of the walk for va that has an entry: LAST_LEVEL if all tables are there. */
static unsigned int walk_depth(u64 va)
{
	unsigned int level = 0;

	while (level < LAST_LEVEL && pte_valid(va, level))
		level++;
	return level;
}

/* Of any number, canonical or not. Private: what hyp_map() may be used for. */
static bool va_is_private(u64 va)
{
	u64 offset = va - mm.boot->va_base;

	return offset >= PKVM_VA_HEAP && offset < PKVM_VA_SELFTEST + PKVM_VA_SLOT;
}

bool hyp_mapped(u64 va)
{
	return va_is_private(va) && walk_depth(va) == LAST_LEVEL && pte_valid(va, LAST_LEVEL);
}

u64 hyp_map_cost(u64 va, u64 nr_pages)
{
	u64 end = va + (nr_pages << HYP_PAGE_SHIFT);
	u64 cost = nr_pages;

	/* A table of the next level for each entry of this one that the range touches. */
	for (unsigned int level = 0; level < LAST_LEVEL; level++)
		for (u64 at = ALIGN_DOWN(va, PTE_SPAN(level)); at < end; at += PTE_SPAN(level))
			cost += walk_depth(at) <= level;
	return cost;
}

/* Returns the last table of the walk for va, made as far as it is missing. */
static phys_addr_t __get_table(u64 va)
{
	phys_addr_t table = 0;

	for (unsigned int level = 0; level < LAST_LEVEL; level++) {
		u64 *pte = arch_pte(va, level);

		if (!(*pte & PTE_VALID)) {
			WRITE_ONCE(*pte, __stock_get_reserved(PAGE_TABLE) | PTE_NEXT);
			/* The next step reaches the new table through this entry. */
			arch_pte_sync();
			if (level)
				__page_count_add(table, 1);
		}
		table = *pte & PTE_PA_MASK;
	}
	return table;
}

static void __map_page(u64 va)
{
	phys_addr_t table = __get_table(va);
	u64 *pte = arch_pte(va, LAST_LEVEL);

	HYP_ASSERT(!(*pte & PTE_VALID));
	WRITE_ONCE(*pte, __stock_get_reserved(PAGE_HEAP) | PTE_DATA);
	__page_count_add(table, 1);
}

void hyp_map(u64 va, u64 nr_pages)
{
	hyp_spin_lock(&mm_lock);
	for (u64 i = 0; i < nr_pages; i++)
		__map_page(va + (i << HYP_PAGE_SHIFT));
	arch_pte_sync();
	hyp_spin_unlock(&mm_lock);
}

/*
 * Unmaps a page and gives it to the stock, and then the tables that this leaves
 * empty, which are all zero. Other CPUs may still walk through these until the
 * TLBs are invalidated: the link that each now begins with is no valid entry.
 * Returns whether a table was given.
 */
static bool __unmap_page(u64 va)
{
	for (unsigned int level = LAST_LEVEL;; level--) {
		u64 *pte = arch_pte(va, level);
		phys_addr_t pa = *pte & PTE_PA_MASK;

		HYP_ASSERT(*pte & PTE_VALID);
		WRITE_ONCE(*pte, 0);
		__stock_put(pa, STOCK_ZERO);
		if (!level || __page_count_add(*arch_pte(va, level - 1) & PTE_PA_MASK, -1))
			return level < LAST_LEVEL;
	}
}

void hyp_unmap(u64 va, u64 nr_pages)
{
	bool tables = false;

	for (u64 i = 0; i < nr_pages; i++)
		arch_zero_page((void *)(va + (i << HYP_PAGE_SHIFT)));

	hyp_spin_lock(&mm_lock);
	for (u64 i = 0; i < nr_pages; i++)
		tables |= __unmap_page(va + (i << HYP_PAGE_SHIFT));
	arch_pte_sync();
	if (tables)
		arch_tlbi_all();
	else
		arch_tlbi(va, nr_pages);
	/* Only now can anybody take the pages out of the stock. */
	hyp_spin_unlock(&mm_lock);
}

void pgtable_scrub(u64 va, u64 size)
{
	u64 end = va + size;

	while (va < end) {
		unsigned int depth = walk_depth(va);

		if (depth == LAST_LEVEL && pte_valid(va, LAST_LEVEL))
			arch_zero_page((void *)va);
		va = ALIGN_DOWN(va, PTE_SPAN(depth)) + PTE_SPAN(depth);
	}
}
