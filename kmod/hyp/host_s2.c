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
#include "host_s2_priv.h"
#include "panic.h"
#include "stock.h"
#include "string.h"

/* Beyond so many pages one invalidation of everything is cheaper than one for each. */
#define FLUSH_MAX_PAGES	64

struct host_s2 host_s2;

void host_s2_init(const struct pkvm_boot *boot)
{
	s2_entry_init(boot);
	s2_idle_init(boot);
	host_s2 = (struct host_s2){ .boot = boot, .hyp_pages = boot->boot_pages };
	for (; host_s2.nr_spare < PKVM_S2_SPARE_TABLES; host_s2.nr_spare++)
		host_s2.spare[host_s2.nr_spare] = boot->s2_spare + host_s2.nr_spare * HYP_PAGE_SIZE;
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

bool s2_is_spare(u64 entry)
{
	phys_addr_t table = entry & PKVM_S2_ADDR;

	return table - host_s2.boot->s2_spare < PKVM_S2_SPARE_TABLES * HYP_PAGE_SIZE;
}

void __s2_put_spare(u64 entry)
{
	HYP_ASSERT(s2_is_spare(entry) && host_s2.nr_spare < PKVM_S2_SPARE_TABLES);
	host_s2.spare[host_s2.nr_spare++] = entry & PKVM_S2_ADDR;
}

/* A GiB's table that does not lie in it goes to where it came from. */
static void put_gib_table(u64 entry)
{
	host_s2.gibs--;
	if (s2_is_spare(entry)) {
		__s2_put_spare(entry);
		return;
	}
	host_s2.tables--;
	__stock_put(entry & PKVM_S2_ADDR, STOCK_DIRTY);
}

/* The GiB that pa lies in has a table from then on. False if none is to be had. */
static bool split_gib(phys_addr_t pa)
{
	phys_addr_t table;

	if (pkvm_s2_is_table(*__s2_entry(pa, S2_GIB), S2_GIB))
		return true;
	if (!host_s2.nr_spare) {
		host_s2.refused++;
		return false;
	}
	table = host_s2.spare[--host_s2.nr_spare];
	__s2_fill_plain(table, pa, S2_BLOCK);
	__s2_break(pa, S2_GIB);
	__s2_make(pa, S2_GIB, pkvm_s2_table(table, 0));
	host_s2.gibs++;
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
	host_s2.tables++;
	host_s2.blocks++;
}

enum s2_take __host_s2_take(phys_addr_t pa)
{
	if (!split_gib(pa))
		return S2_REFUSED;
	host_s2.hyp_pages++;
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
	host_s2.hyp_pages += PTE_ENTRIES;
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

u64 __s2_move_gib_table(u64 ipa, phys_addr_t to)
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
	if (!s2_is_spare(*__s2_entry(pa, S2_GIB)))
		return false;
	__s2_idle_leave(pa);
	__s2_put_spare(__s2_move_gib_table(pa, pa));
	host_s2.tables++;
	__s2_idle_enter(pa);
	return true;
}

void __s2_merge_stock_tables(phys_addr_t pa)
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
		host_s2.tables--;
		host_s2.blocks--;
		__stock_put(entry & PKVM_S2_ADDR, STOCK_DIRTY);
	}
}

bool __host_s2_give(phys_addr_t pa)
{
	if (!pkvm_s2_is_table(*__s2_entry(pa, S2_BLOCK), S2_BLOCK)) {
		/* No translation there was: nothing to break. */
		__s2_fill_hyp(pa, S2_PAGE);
		__s2_make(pa, S2_BLOCK, pkvm_s2_table(pa, PTE_ENTRIES));
		host_s2.tables++;
		host_s2.blocks++;
		return false;
	}
	__s2_idle_leave(pa);
	__s2_make(pa, S2_PAGE, pkvm_s2_plain(pa, S2_PAGE));
	__s2_count_add(pa, S2_BLOCK, -1);
	host_s2.hyp_pages--;
	__s2_merge_stock_tables(pa);
	__s2_idle_enter(pa);
	return true;
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
	host_s2.tables--;
	host_s2.blocks--;
	host_s2.hyp_pages--;
}

/*
 * The table of a GiB in which nothing but itself and the table of its own block is
 * EL2's. There is a spare one: tables that could be merged come first, and only such
 * keep spare ones in use.
 */
static void give_gib_table(phys_addr_t table)
{
	HYP_ASSERT(host_s2.nr_spare);
	__s2_move_gib_table(table, host_s2.spare[--host_s2.nr_spare]);
	host_s2.tables--;
	zero_page(table);
	__s2_make(table, S2_PAGE, pkvm_s2_plain(table, S2_PAGE));
	__s2_count_add(table, S2_BLOCK, -1);
	host_s2.hyp_pages--;
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
	return host_s2.tables;
}

void __host_s2_stats(struct pkvm_page_stats *ret)
{
	ret->hyp_pages = host_s2.hyp_pages;
	ret->split_gibs = host_s2.gibs;
	ret->split_blocks = host_s2.blocks;
	ret->tables = host_s2.tables + PKVM_S2_SPARE_TABLES - host_s2.nr_spare;
	ret->tables_idle = __s2_idle_pages();
	ret->tables_spare = host_s2.nr_spare;
	ret->refused = host_s2.refused;
	ret->guest_pages = host_s2.guest_pages;
}
