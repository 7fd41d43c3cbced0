// SPDX-License-Identifier: GPL-2.0-only
/* The vmemmap: states of pages, and the memory behind them, which comes and goes page by page. */
#include "page.h"

#include "arch.h"
#include "host_s2.h"
#include "panic.h"
#include "pte.h"
#include "stock.h"

struct hyp_page {
	u16 state : 4;		/* enum page_state */
	u16 count : 12;
};

_Static_assert(sizeof(struct hyp_page) == 2, "one of them for each page of RAM");

#define VMEMMAP_SIZE	((UINT64_C(1) << (PKVM_PA_BITS - HYP_PAGE_SHIFT)) * sizeof(struct hyp_page))

_Static_assert(VMEMMAP_SIZE <= PKVM_VA_SLOT, "the vmemmap fits its region");

/* Below the root; this level's table is the loader's. */
#define FIRST_LEVEL	1

static const struct pkvm_boot *boot;
static struct hyp_page *vmemmap;
static u64 totals[PAGE_STATES];

void page_init(const struct pkvm_boot *b)
{
	boot = b;
	vmemmap = (struct hyp_page *)(b->va_base + PKVM_VA_VMEMMAP);
}

static struct hyp_page *page_entry(phys_addr_t pa)
{
	return &vmemmap[pa >> HYP_PAGE_SHIFT];
}

/* What an entry of a level holds where nothing is backed. */
static u64 shared_pte(unsigned int level)
{
	u64 attrs = level == PTE_LAST_LEVEL ? PKVM_PTE_PAGE_RO : PKVM_PTE_SHARED_TABLE;

	return boot->zero_pa[PTE_LAST_LEVEL - level] | attrs;
}

static u64 own_pte(phys_addr_t pa, unsigned int level)
{
	return pa | (level == PTE_LAST_LEVEL ? PKVM_PTE_PAGE_RW : PKVM_PTE_PAGE_TABLE);
}

static bool pte_is_shared(u64 pte, unsigned int level)
{
	return pte_pa(pte) == pte_pa(shared_pte(level));
}

static bool pte_is_own(u64 pte, unsigned int level)
{
	return pte_is_valid(pte) && !pte_is_shared(pte, level);
}

/* Break-before-make. Nobody trips over the gap: the vmemmap is read under the memory lock only. */
static void replace_pte(u64 va, unsigned int level, u64 new)
{
	u64 *pte = arch_pte(va, level);

	WRITE_ONCE(*pte, 0);
	arch_pte_sync();
	arch_tlbi(ALIGN_DOWN(va, PTE_SPAN(level)), PTE_SPAN(level) >> HYP_PAGE_SHIFT);
	WRITE_ONCE(*pte, new);
	arch_pte_sync();
}

/* Makes a page into what an entry of a level can point to, with nothing backed below. */
static void fill_step(phys_addr_t pa, unsigned int level)
{
	u64 *table = arch_fixmap(pa);

	if (level == PTE_LAST_LEVEL)
		arch_zero_page(table);
	else
		for (unsigned int i = 0; i < PTE_ENTRIES; i++)
			table[i] = shared_pte(level + 1);
	arch_fixmap_put();
}

static bool is_missing(u64 va, unsigned int level)
{
	return pte_is_shared(*arch_pte(va, level), level);
}

bool __page_feed(phys_addr_t pa)
{
	u64 va = (u64)page_entry(pa);

	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++) {
		if (!is_missing(va, level))
			continue;
		fill_step(pa, level);
		replace_pte(va, level, own_pte(pa, level));
		totals[PAGE_VMEMMAP]++;
		return true;
	}
	return false;
}

u64 __page_back_cost(phys_addr_t pa, u64 nr)
{
	u64 first = (u64)page_entry(pa), last = (u64)(page_entry(pa) + nr - 1);
	u64 cost = 0;

	/* So few entries are next to each other in one page, or in two. */
	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++) {
		cost += is_missing(first, level);
		if (first >> PTE_SHIFT(level) != last >> PTE_SHIFT(level))
			cost += is_missing(last, level);
	}
	return cost;
}

static void back_entry(u64 va)
{
	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++) {
		phys_addr_t pa;

		if (!is_missing(va, level))
			continue;
		pa = __stock_get_reserved(PAGE_VMEMMAP);
		fill_step(pa, level);
		replace_pte(va, level, own_pte(pa, level));
	}
}

void __page_back(phys_addr_t pa, u64 nr)
{
	back_entry((u64)page_entry(pa));
	back_entry((u64)(page_entry(pa) + nr - 1));
}

/*
 * Looks in the table of a level that translates *va for the first entry that has
 * something backed below it, and moves *va there. False if there is none.
 */
static bool find_own(u64 *va, unsigned int level)
{
	u64 first = ALIGN_DOWN(*va, PTE_SPAN(level - 1));
	const u64 *pte = arch_pte(first, level);

	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		if (!pte_is_own(pte[i], level))
			continue;
		*va = first + i * PTE_SPAN(level);
		return true;
	}
	return false;
}

/* Takes the page that an entry points to out of its path, which ends here from now on. */
static phys_addr_t cut_path(u64 va, unsigned int level)
{
	phys_addr_t pa = pte_pa(*arch_pte(va, level));

	/* Where it came from the stock, and its own entry is not gone before it. */
	if (page_entry(pa)->state == PAGE_VMEMMAP)
		*page_entry(pa) = (struct hyp_page){};
	replace_pte(va, level, shared_pte(level));
	arch_zero_page(arch_fixmap(pa));
	arch_fixmap_put();
	totals[PAGE_VMEMMAP]--;
	return pa;
}

phys_addr_t __page_unfeed(void)
{
	unsigned int level = FIRST_LEVEL;
	u64 va = (u64)vmemmap;

	if (!find_own(&va, level))
		return PKVM_LIST_END;
	while (level < PTE_LAST_LEVEL && find_own(&va, level + 1))
		level++;
	return cut_path(va, level);
}

enum page_state __page_state(phys_addr_t pa)
{
	const struct hyp_page *page = page_entry(pa);

	if (page->state != PAGE_HOST)
		return page->state;
	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++)
		if (pte_pa(*arch_pte((u64)page, level)) == pa)
			return PAGE_VMEMMAP;
	return __host_s2_is_table(pa) ? PAGE_HOST_S2 : PAGE_HOST;
}

enum page_state __page_stored_state(phys_addr_t pa)
{
	return page_entry(pa)->state;
}

void __page_set_state(phys_addr_t pa, enum page_state state)
{
	struct hyp_page *page = page_entry(pa);

	totals[page->state]--;
	totals[state]++;
	*page = (struct hyp_page){ .state = state };
}

static bool has_count(enum page_state state)
{
	return state == PAGE_TABLE || state == PAGE_GUEST_S2 || state == PAGE_SHARED_HYP ||
	       state == PAGE_SHARED_GUEST;
}

unsigned int __page_count_add(phys_addr_t pa, int delta)
{
	struct hyp_page *page = page_entry(pa);

	HYP_ASSERT(has_count(page->state) && page->count + delta >= 0 &&
		   page->count + delta <= PAGE_COUNT_MAX);
	page->count += delta;
	return page->count;
}

unsigned int __page_count(phys_addr_t pa)
{
	const struct hyp_page *page = page_entry(pa);

	return has_count(page->state) ? page->count : 0;
}

u64 __page_total(enum page_state state)
{
	return totals[state];
}
