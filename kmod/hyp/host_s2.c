// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages out of the host's stage-2 and back into it, and the tables that this takes.
 *
 * The entry of a table counts what is not plain in it. For the table of a block: pages,
 * itself among them, if it lies there. For the table of a GiB: blocks that are split or
 * EL2's. A spare table serves a GiB only while nothing there is EL2's but tables of
 * blocks, each the only page of its block: the first other page replaces it.
 */
#include "host_s2.h"

#include "arch.h"
#include "host_s2_entry.h"
#include "host_s2_idle.h"
#include "panic.h"
#include "stock.h"
#include "string.h"

/* Beyond so many pages one invalidation of everything is cheaper than one for each. */
#define FLUSH_MAX_PAGES	64

static struct host_s2 {
	const struct pkvm_boot *boot;
	phys_addr_t spare[PKVM_S2_SPARE_TABLES];	/* free ones */
	unsigned int nr_spare;
	u64 tables;		/* in use, the loader's not counted */
	u64 hyp_pages, guest_pages;
	u64 gibs, blocks;	/* split now */
	u64 refused;
} s2;

void host_s2_init(const struct pkvm_boot *boot)
{
	s2_entry_init(boot);
	s2_idle_init(boot);
	s2 = (struct host_s2){ .boot = boot, .hyp_pages = boot->boot_pages };
	for (; s2.nr_spare < PKVM_S2_SPARE_TABLES; s2.nr_spare++)
		s2.spare[s2.nr_spare] = boot->s2_spare + s2.nr_spare * HYP_PAGE_SIZE;
}

bool __host_s2_owns(phys_addr_t pa, u64 nr)
{
	u64 end = pa + (nr << HYP_PAGE_SHIFT);

	while (pa < end) {
		unsigned int level = S2_PAGE;

		if (*__s2_walk(pa, &level) != pkvm_s2_plain(pa, level))
			return false;
		pa = ALIGN_DOWN(pa, PTE_SPAN(level)) + PTE_SPAN(level);
	}
	return true;
}

bool __host_s2_is_table(phys_addr_t pa)
{
	for (unsigned int level = S2_GIB; level <= S2_BLOCK; level++) {
		u64 entry = *__s2_entry(pa, level);

		if (!pkvm_s2_is_table(entry, level))
			return false;
		if (s2_is_own_table(entry, pa, level) && (entry & PKVM_S2_ADDR) == pa)
			return true;
	}
	return false;
}

unsigned int __host_s2_table_count(phys_addr_t pa)
{
	u64 entry = *__s2_entry(pa, S2_GIB);

	if ((entry & PKVM_S2_ADDR) != pa)
		entry = *__s2_entry(pa, S2_BLOCK);
	return pkvm_s2_count(entry);
}

static bool is_spare(u64 entry)
{
	return (entry & PKVM_S2_ADDR) - s2.boot->s2_spare < PKVM_S2_SPARE_TABLES * HYP_PAGE_SIZE;
}

static void put_spare(u64 entry)
{
	HYP_ASSERT(is_spare(entry) && s2.nr_spare < PKVM_S2_SPARE_TABLES);
	s2.spare[s2.nr_spare++] = entry & PKVM_S2_ADDR;
}

/* A GiB's table that does not lie in it goes to where it came from. */
static void put_gib_table(u64 entry)
{
	s2.gibs--;
	if (is_spare(entry)) {
		put_spare(entry);
		return;
	}
	s2.tables--;
	__stock_put(entry & PKVM_S2_ADDR, STOCK_DIRTY);
}

/* The GiB that pa lies in has a table from then on. False if none is to be had. */
static bool split_gib(phys_addr_t pa)
{
	phys_addr_t table;

	if (pkvm_s2_is_table(*__s2_entry(pa, S2_GIB), S2_GIB))
		return true;
	if (!s2.nr_spare) {
		s2.refused++;
		return false;
	}
	table = s2.spare[--s2.nr_spare];
	__s2_fill_plain(table, pa, S2_BLOCK);
	__s2_break(pa, S2_GIB);
	__s2_make(pa, S2_GIB, pkvm_s2_table(table, 0));
	s2.gibs++;
	return true;
}

/* A page becomes the table of its block, once the host cannot write to it any more. */
static void split_block(phys_addr_t pa)
{
	__s2_break(pa, S2_BLOCK);
	__s2_fill_plain(pa, pa, S2_PAGE);
	arch_s2_window(pa, S2_PAGE)[pa >> HYP_PAGE_SHIFT & (PTE_ENTRIES - 1)] = PKVM_S2_HYP;
	__s2_make(pa, S2_BLOCK, pkvm_s2_table(pa, 1));
	__s2_count_add(pa, S2_GIB, 1);
	s2.tables++;
	s2.blocks++;
}

enum s2_take __host_s2_take(phys_addr_t pa)
{
	if (!split_gib(pa))
		return S2_REFUSED;
	s2.hyp_pages++;
	__s2_idle_leave(pa);
	if (!pkvm_s2_is_table(*__s2_entry(pa, S2_BLOCK), S2_BLOCK)) {
		split_block(pa);
		__s2_idle_enter(pa);
		return S2_TABLE;
	}
	WRITE_ONCE(*__s2_entry(pa, S2_PAGE), PKVM_S2_HYP);
	__s2_count_add(pa, S2_BLOCK, 1);
	__s2_idle_enter(pa);
	return S2_TAKEN;
}

enum s2_take __host_s2_take_block(phys_addr_t pa)
{
	if (!split_gib(pa))
		return S2_REFUSED;
	s2.hyp_pages += PTE_ENTRIES;
	__s2_idle_leave(pa);
	WRITE_ONCE(*__s2_entry(pa, S2_BLOCK), PKVM_S2_HYP);
	__s2_count_add(pa, S2_GIB, 1);
	__s2_idle_enter(pa);
	return S2_TAKEN;
}

void __host_s2_flush(phys_addr_t pa)
{
	arch_s2_tlbi(pa);
}

void __host_s2_flush_sync(void)
{
	arch_s2_tlbi_sync();
}

void __host_s2_flush_pages(phys_addr_t pa, u64 nr)
{
	if (nr > FLUSH_MAX_PAGES)
		arch_s2_tlbi_all();
	else
		for (u64 i = 0; i < nr; i++)
			arch_s2_tlbi(pa + (i << HYP_PAGE_SHIFT));
	arch_s2_tlbi_sync();
}

void __host_s2_flush_part(phys_addr_t pa, u64 nr)
{
	if (nr != PTE_ENTRIES) {
		__host_s2_flush_pages(pa, nr);
		return;
	}
	arch_s2_tlbi(pa);
	arch_s2_tlbi_sync();
}

/* The GiB's table moves to another page of EL2's, whatever that held. Returns the old entry. */
static u64 move_gib_table(u64 ipa, phys_addr_t to)
{
	u64 old = *__s2_entry(ipa, S2_GIB);
	const u64 *from = arch_s2_window(old & PKVM_S2_ADDR, S2_BLOCK);

	memcpy(arch_fixmap(to), from, HYP_PAGE_SIZE);
	arch_fixmap_put();
	__s2_break(ipa, S2_GIB);
	__s2_make(ipa, S2_GIB, pkvm_s2_table(to, pkvm_s2_count(old)));
	return old;
}

bool __host_s2_adopt(phys_addr_t pa)
{
	if (!is_spare(*__s2_entry(pa, S2_GIB)))
		return false;
	__s2_idle_leave(pa);
	put_spare(move_gib_table(pa, pa));
	s2.tables++;
	__s2_idle_enter(pa);
	return true;
}

/*
 * With nothing left in it that is not plain, a block's table goes, and then the GiB's: they
 * came from the stock, for a guest.
 */
static void __merge_stock_tables(phys_addr_t pa)
{
	for (unsigned int level = S2_BLOCK; level >= S2_GIB; level--) {
		u64 entry = *__s2_entry(pa, level);

		if (pkvm_s2_count(entry))
			return;
		__s2_break(pa, level);
		__s2_make(pa, level, pkvm_s2_plain(pa, level));
		if (level == S2_GIB) {
			put_gib_table(entry);
			return;
		}
		__s2_count_add(pa, S2_GIB, -1);
		s2.tables--;
		s2.blocks--;
		__stock_put(entry & PKVM_S2_ADDR, STOCK_DIRTY);
	}
}

bool __host_s2_give(phys_addr_t pa)
{
	if (!pkvm_s2_is_table(*__s2_entry(pa, S2_BLOCK), S2_BLOCK)) {
		/* No translation there was: nothing to break. */
		__s2_fill_hyp(pa, S2_PAGE);
		__s2_make(pa, S2_BLOCK, pkvm_s2_table(pa, PTE_ENTRIES));
		s2.tables++;
		s2.blocks++;
		return false;
	}
	__s2_idle_leave(pa);
	__s2_make(pa, S2_PAGE, pkvm_s2_plain(pa, S2_PAGE));
	__s2_count_add(pa, S2_BLOCK, -1);
	s2.hyp_pages--;
	__merge_stock_tables(pa);
	__s2_idle_enter(pa);
	return true;
}

/* So that a page there can be a guest's: one from the stock or that lies in its GiB. */
static bool lacks_gib_table(u64 ipa)
{
	u64 entry = *__s2_entry(ipa, S2_GIB);

	return !pkvm_s2_is_table(entry, S2_GIB) || is_spare(entry);
}

static bool lacks_block_table(u64 ipa)
{
	unsigned int level = S2_BLOCK;

	return !pkvm_s2_is_table(*__s2_walk(ipa, &level), level) || level < S2_BLOCK;
}

u64 __host_s2_split_cost(phys_addr_t pa, u64 nr)
{
	phys_addr_t last = pa + ((nr - 1) << HYP_PAGE_SHIFT);
	u64 cost = lacks_gib_table(pa) + lacks_block_table(pa);

	if (pa >> PTE_SHIFT(S2_GIB) != last >> PTE_SHIFT(S2_GIB))
		cost += lacks_gib_table(last);
	if (pa >> PTE_SHIFT(S2_BLOCK) != last >> PTE_SHIFT(S2_BLOCK))
		cost += lacks_block_table(last);
	return cost;
}

static void give_gib_stock_table(u64 ipa)
{
	u64 old = *__s2_entry(ipa, S2_GIB);
	phys_addr_t table = __stock_get_reserved(PAGE_HOST_S2);

	s2.tables++;
	if (pkvm_s2_is_table(old, S2_GIB)) {
		put_spare(move_gib_table(ipa, table));
		return;
	}
	__s2_fill_plain(table, ipa, S2_BLOCK);
	__s2_break(ipa, S2_GIB);
	__s2_make(ipa, S2_GIB, pkvm_s2_table(table, 0));
	s2.gibs++;
}

static void give_block_stock_table(u64 ipa)
{
	phys_addr_t table = __stock_get_reserved(PAGE_HOST_S2);

	s2.tables++;
	s2.blocks++;
	__s2_idle_leave(ipa);
	__s2_fill_plain(table, ipa, S2_PAGE);
	__s2_break(ipa, S2_BLOCK);
	__s2_make(ipa, S2_BLOCK, pkvm_s2_table(table, 0));
	__s2_count_add(ipa, S2_GIB, 1);
	__s2_idle_enter(ipa);
}

static void split_for_guest(u64 ipa)
{
	if (lacks_gib_table(ipa))
		give_gib_stock_table(ipa);
	if (lacks_block_table(ipa))
		give_block_stock_table(ipa);
}

void __host_s2_split(phys_addr_t pa, u64 nr)
{
	split_for_guest(pa);
	split_for_guest(pa + ((nr - 1) << HYP_PAGE_SHIFT));
}

/* A page's entry changes from plain to what is not, or back. */
static void __set_page(phys_addr_t pa, u64 entry, int count)
{
	__s2_idle_leave(pa);
	__s2_make(pa, S2_PAGE, entry);
	__s2_count_add(pa, S2_BLOCK, count);
	s2.guest_pages += count;
	if (count < 0)
		__merge_stock_tables(pa);
	__s2_idle_enter(pa);
}

void __host_s2_to_guest(phys_addr_t pa, u64 handle)
{
	__set_page(pa, pkvm_s2_guest(handle), 1);
}

void __host_s2_from_guest(phys_addr_t pa)
{
	__set_page(pa, pkvm_s2_plain(pa, S2_PAGE), -1);
}

void __host_s2_lend(phys_addr_t pa)
{
	__s2_make(pa, S2_PAGE, pkvm_s2_plain(pa, S2_PAGE) | PKVM_S2_LENT);
}

void __host_s2_unlend(phys_addr_t pa, u64 handle)
{
	__s2_make(pa, S2_PAGE, pkvm_s2_guest(handle));
}

static void zero_page(phys_addr_t pa)
{
	arch_zero_page(arch_fixmap(pa));
	arch_fixmap_put();
}

/* The table, its block's only page of EL2's, goes; and the GiB's, if this was its only block. */
static void merge(phys_addr_t table)
{
	u64 gib = *__s2_entry(table, S2_GIB);
	unsigned int level = pkvm_s2_count(gib) == 1 ? S2_GIB : S2_BLOCK;

	__s2_break(table, level);
	zero_page(table);
	__s2_make(table, level, pkvm_s2_plain(table, level));
	if (level == S2_GIB)
		put_gib_table(gib);
	else
		__s2_count_add(table, S2_GIB, -1);
	s2.tables--;
	s2.blocks--;
	s2.hyp_pages--;
}

/*
 * The table of a GiB in which nothing but itself and the table of its own block is
 * EL2's. There is a spare one: tables that could be merged come first, and only such
 * keep spare ones in use.
 */
static void give_gib_table(phys_addr_t table)
{
	HYP_ASSERT(s2.nr_spare);
	move_gib_table(table, s2.spare[--s2.nr_spare]);
	s2.tables--;
	zero_page(table);
	__s2_make(table, S2_PAGE, pkvm_s2_plain(table, S2_PAGE));
	__s2_count_add(table, S2_BLOCK, -1);
	s2.hyp_pages--;
}

phys_addr_t __host_s2_give_idle(void)
{
	phys_addr_t block, pa;

	if (!__s2_idle_first(&block))
		return PKVM_LIST_END;
	__s2_idle_leave(block);
	pa = *__s2_entry(block, S2_BLOCK) & PKVM_S2_ADDR;
	if (pkvm_s2_count(*__s2_entry(block, S2_BLOCK)) == 1) {
		merge(pa);
	} else {
		pa = *__s2_entry(block, S2_GIB) & PKVM_S2_ADDR;
		give_gib_table(pa);
	}
	__s2_idle_enter(block);
	return pa;
}

u64 __host_s2_idle(void)
{
	return __s2_idle_pages();
}

u64 __host_s2_tables(void)
{
	return s2.tables;
}

void __host_s2_stats(struct pkvm_page_stats *ret)
{
	ret->hyp_pages = s2.hyp_pages;
	ret->split_gibs = s2.gibs;
	ret->split_blocks = s2.blocks;
	ret->tables = s2.tables + PKVM_S2_SPARE_TABLES - s2.nr_spare;
	ret->tables_idle = __s2_idle_pages();
	ret->tables_spare = s2.nr_spare;
	ret->refused = s2.refused;
	ret->guest_pages = s2.guest_pages;
}
