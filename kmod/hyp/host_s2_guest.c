// SPDX-License-Identifier: GPL-2.0-only
/* Pages of guests in the host's stage-2, and the tables that these take of the page stock. */
#include "host_s2.h"

#include "host_s2_entry.h"
#include "host_s2_idle.h"
#include "host_s2_priv.h"
#include "stock.h"

/* So that a page there can be a guest's: one from the stock or that lies in its GiB. */
static bool lacks_gib_table(u64 ipa)
{
	u64 entry = *__s2_entry(ipa, S2_GIB);

	return !pkvm_s2_is_table(entry, S2_GIB) || s2_is_spare(entry);
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

	host_s2.tables++;
	if (pkvm_s2_is_table(old, S2_GIB)) {
		__s2_put_spare(__s2_move_gib_table(ipa, table));
		return;
	}
	__s2_fill_plain(table, ipa, S2_BLOCK);
	__s2_break(ipa, S2_GIB);
	__s2_make(ipa, S2_GIB, pkvm_s2_table(table, 0));
	host_s2.gibs++;
}

static void give_block_stock_table(u64 ipa)
{
	phys_addr_t table = __stock_get_reserved(PAGE_HOST_S2);

	host_s2.tables++;
	host_s2.blocks++;
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

/* Pages of one block. */
static void part_to_guest(phys_addr_t pa, u64 nr, u64 handle)
{
	u64 *entry;

	__s2_idle_leave(pa);
	entry = __s2_entry(pa, S2_PAGE);
	for (u64 i = 0; i < nr; i++)
		WRITE_ONCE(entry[i], pkvm_s2_guest(handle));
	__s2_count_add(pa, S2_BLOCK, nr);
	host_s2.guest_pages += nr;
	__s2_idle_enter(pa);
}

void __host_s2_to_guest(phys_addr_t pa, u64 nr, u64 handle)
{
	while (nr) {
		u64 part = min_u64(nr, PTE_ENTRIES - (pa >> HYP_PAGE_SHIFT) % PTE_ENTRIES);

		part_to_guest(pa, part, handle);
		pa += part << HYP_PAGE_SHIFT;
		nr -= part;
	}
}

void __host_s2_from_guest(phys_addr_t pa)
{
	__s2_idle_leave(pa);
	__s2_make(pa, S2_PAGE, pkvm_s2_plain(pa, S2_PAGE));
	__s2_count_add(pa, S2_BLOCK, -1);
	host_s2.guest_pages--;
	__s2_merge_stock_tables(pa);
	__s2_idle_enter(pa);
}

void __host_s2_lend(phys_addr_t pa)
{
	__s2_make(pa, S2_PAGE, pkvm_s2_plain(pa, S2_PAGE) | PKVM_S2_LENT);
}

void __host_s2_unlend(phys_addr_t pa, u64 handle)
{
	__s2_make(pa, S2_PAGE, pkvm_s2_guest(handle));
}
