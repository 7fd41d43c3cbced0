// SPDX-License-Identifier: GPL-2.0-only
/* The memory behind the vmemmap: how it comes and goes, page by page. */
#include "vmemmap.h"

#include "arch.h"
#include "page.h"
#include "panic.h"
#include "pte.h"
#include "stock.h"

#define VMEMMAP_SIZE	((UINT64_C(1) << (PKVM_PA_BITS - HYP_PAGE_SHIFT)) * sizeof(struct hyp_page))

_Static_assert(VMEMMAP_SIZE <= PKVM_VA_SLOT, "the vmemmap fits its region");

/* Below the root; this level's table is the loader's. */
#define FIRST_LEVEL	1

/* In entries that lead to own steps, in bits that are software's in entries of every level. */
#define IDLE		BIT(55)		/* the step */
#define IDLE_BELOW	BIT(56)		/* one of the steps below it */

static struct {
	const struct pkvm_boot *boot;
	struct hyp_page *base;
	u64 pages;
	u64 idle;
} vmemmap;

void vmemmap_init(const struct pkvm_boot *boot)
{
	vmemmap.boot = boot;
	vmemmap.base = (struct hyp_page *)(boot->va_base + PKVM_VA_VMEMMAP);
	vmemmap.pages = 0;
	vmemmap.idle = 0;
}

struct hyp_page *__vmemmap_entry(phys_addr_t pa)
{
	/* The host's addresses have been checked, but speculation may not have waited for that. */
	return &vmemmap.base[(pa & (BIT(PKVM_PA_BITS) - 1)) >> HYP_PAGE_SHIFT];
}

/* What an entry of a level holds where nothing is backed. */
static u64 shared_pte(unsigned int level)
{
	u64 attrs = level == PTE_LAST_LEVEL ? PKVM_PTE_PAGE_RO : PKVM_PTE_SHARED_TABLE;

	return vmemmap.boot->zero_pa[PTE_LAST_LEVEL - level] | attrs;
}

static u64 own_pte(phys_addr_t pa, unsigned int level)
{
	return pa | (level == PTE_LAST_LEVEL ? PKVM_PTE_PAGE_RW : PKVM_PTE_PAGE_TABLE);
}

static bool pte_is_own(u64 pte, unsigned int level)
{
	return pte_is_valid(pte) && pte_pa(pte) != pte_pa(shared_pte(level));
}

bool __vmemmap_is_backed(phys_addr_t pa)
{
	return pte_is_own(*arch_pte((u64)__vmemmap_entry(pa), PTE_LAST_LEVEL), PTE_LAST_LEVEL);
}

bool __vmemmap_has(phys_addr_t pa)
{
	u64 va = (u64)__vmemmap_entry(pa);

	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++)
		if (pte_pa(*arch_pte(va, level)) == pa)
			return true;
	return false;
}

/*
 * Looks in the table of a level that translates *va for the first entry that leads to an
 * own step and has one of the flags, if any are given, and moves *va there. False: none has.
 */
static bool find_own(u64 *va, unsigned int level, u64 flags)
{
	u64 first = ALIGN_DOWN(*va, PTE_SPAN(level - 1));
	const u64 *pte = arch_pte(first, level);

	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		if (!pte_is_own(pte[i], level) || (flags && !(pte[i] & flags)))
			continue;
		*va = first + i * PTE_SPAN(level);
		return true;
	}
	return false;
}

static bool has_own(u64 va, unsigned int level, u64 flags)
{
	return find_own(&va, level, flags);
}

/* The hardware ignores the flags: nothing to break, nothing to wait for. */
static void set_flag(u64 va, unsigned int level, u64 flag, bool on)
{
	u64 *pte = arch_pte(va, level);

	WRITE_ONCE(*pte, on ? *pte | flag : *pte & ~flag);
}

/* A step of this level has changed: tables above it know what is below them. */
static void update_above(u64 va, unsigned int level)
{
	for (; level > FIRST_LEVEL; level--) {
		bool below = *arch_pte(va, level) & (IDLE | IDLE_BELOW) ||
			     has_own(va, level, IDLE | IDLE_BELOW);

		if (below == !!(*arch_pte(va, level - 1) & IDLE_BELOW))
			return;
		set_flag(va, level - 1, IDLE_BELOW, below);
	}
}

static void set_idle(u64 va, unsigned int level, bool on)
{
	HYP_ASSERT(!(*arch_pte(va, level) & IDLE) == on);
	vmemmap.idle += on ? 1 : -1;
	set_flag(va, level, IDLE, on);
	update_above(va, level);
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

static void add_step(phys_addr_t pa, u64 va, unsigned int level)
{
	fill_step(pa, level);
	replace_pte(va, level, own_pte(pa, level));
	vmemmap.pages++;
	set_idle(va, level, true);
	if (level > FIRST_LEVEL && *arch_pte(va, level - 1) & IDLE)
		set_idle(va, level - 1, false);
}

static bool is_missing(u64 va, unsigned int level)
{
	return !pte_is_own(*arch_pte(va, level), level);
}

bool __vmemmap_feed(phys_addr_t pa)
{
	u64 va = (u64)__vmemmap_entry(pa);

	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++) {
		if (!is_missing(va, level))
			continue;
		add_step(pa, va, level);
		return true;
	}
	return false;
}

u64 __vmemmap_back_cost(phys_addr_t pa, u64 nr)
{
	u64 first = (u64)__vmemmap_entry(pa), last = (u64)(__vmemmap_entry(pa) + nr - 1);
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
	for (unsigned int level = FIRST_LEVEL; level <= PTE_LAST_LEVEL; level++)
		if (is_missing(va, level))
			add_step(__stock_get_reserved(PAGE_VMEMMAP), va, level);
}

void __vmemmap_back(phys_addr_t pa, u64 nr)
{
	back_entry((u64)__vmemmap_entry(pa));
	back_entry((u64)(__vmemmap_entry(pa) + nr - 1));
}

/* The entry of the page that is the memory of pa's entry. */
static struct hyp_page *memory_of(phys_addr_t pa)
{
	u64 va = (u64)__vmemmap_entry(pa);

	return __vmemmap_entry(pte_pa(*arch_pte(va, PTE_LAST_LEVEL)));
}

void __vmemmap_states_added(phys_addr_t pa, u64 nr)
{
	struct hyp_page *memory = memory_of(pa);

	if (!memory->count)
		set_idle((u64)__vmemmap_entry(pa), PTE_LAST_LEVEL, false);
	memory->count += nr;
}

void __vmemmap_states_removed(phys_addr_t pa, u64 nr)
{
	struct hyp_page *memory = memory_of(pa);

	memory->count -= nr;
	if (!memory->count)
		set_idle((u64)__vmemmap_entry(pa), PTE_LAST_LEVEL, true);
}

/* The path ends above the step from now on. */
static phys_addr_t remove_step(u64 va, unsigned int level)
{
	phys_addr_t pa = pte_pa(*arch_pte(va, level));

	set_idle(va, level, false);
	replace_pte(va, level, shared_pte(level));
	vmemmap.pages--;
	if (level > FIRST_LEVEL && !has_own(va, level, 0))
		set_idle(va, level - 1, true);
	arch_zero_page(arch_fixmap(pa));
	arch_fixmap_put();
	return pa;
}

phys_addr_t __vmemmap_take_idle(void)
{
	u64 va = (u64)vmemmap.base;
	unsigned int level = FIRST_LEVEL;

	if (!vmemmap.idle)
		return PKVM_LIST_END;
	while (find_own(&va, level, IDLE | IDLE_BELOW) && !(*arch_pte(va, level) & IDLE))
		level++;
	HYP_ASSERT(level <= PTE_LAST_LEVEL && *arch_pte(va, level) & IDLE);
	return remove_step(va, level);
}

u64 __vmemmap_pages(void)
{
	return vmemmap.pages;
}

u64 __vmemmap_idle(void)
{
	return vmemmap.idle;
}
