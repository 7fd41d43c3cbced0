/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vmemmap: a table of struct hyp_page, indexed by page frame number, and the memory
 * behind it. The memory lock is held throughout.
 *
 * The table has an address for every page there can be, but memory only where it is
 * needed: elsewhere it is one shared zero page, read-only, under shared tables. Where a
 * page that EL2 takes has no entry of its own yet, that page itself becomes the next
 * missing step of the path to its entry (a table of level 2, one of level 3, then the
 * memory). So taking pages needs no other page, and whether a page serves the vmemmap can
 * be seen from its own path, at any time, without having been written down.
 *
 *	root - level 1 - level 2 - level 3 - 2048 entries	steps in <> are EL2's own,
 *	        loader's   <A>       <B>        <C>		for 2 TiB, 4 GiB and 8 MiB
 *
 * A step is idle once nothing needs it: memory of which no entry has a state, a table
 * without a step of its own below. Reclaim gets idle steps one by one, and what is left
 * without them is what there was before they came. The entry that leads to a step says in
 * two software bits whether it is idle, and whether one below it is, so that one is found
 * by a look at three tables.
 */
#ifndef HYP_VMEMMAP_H
#define HYP_VMEMMAP_H

#include <pkvm/boot.h>

#include "types.h"

struct hyp_page {
	u16 state : 4;		/* enum page_state */
	/*
	 * PAGE_TABLE: valid entries; PAGE_STOCK: order plus 1, or 0; of a page that is
	 * memory of the vmemmap: its entries that have a state
	 */
	u16 count : 12;
};

_Static_assert(sizeof(struct hyp_page) == 2, "one of them for each page of RAM");

/* Once. Keeps the boot record. */
void vmemmap_init(const struct pkvm_boot *boot);

/* The entry of a page, be there RAM or not. To be written only if it has memory of its own. */
struct hyp_page *__vmemmap_entry(phys_addr_t pa);

/*
 * Whether a page's entry has memory of its own: where not, it has no state, and neither has any
 * other page of so much RAM.
 */
#define VMEMMAP_SPAN	(HYP_PAGE_SIZE / sizeof(struct hyp_page) * HYP_PAGE_SIZE)

bool __vmemmap_is_backed(phys_addr_t pa);

/* Whether a page serves as a step to its own entry. */
bool __vmemmap_has(phys_addr_t pa);

/*
 * Offers a page that has just been taken from the host to the vmemmap. True: it has become
 * part of the path to its own entry, whatever it held. False: it has an entry, take it.
 */
bool __vmemmap_feed(phys_addr_t pa);

/*
 * For pages that stay out of EL2's hands: how many steps are missing that the nr of them (1 to
 * 512) have entries of their own; and makes those, out of pages that hyp_reserve() has set
 * aside. Such a step does not lie on the path to its own entry: that has PAGE_VMEMMAP.
 */
u64 __vmemmap_back_cost(phys_addr_t pa, u64 nr);
void __vmemmap_back(phys_addr_t pa, u64 nr);

/* The entries of nr pages of one 2 MiB block have got states, or lost them. */
void __vmemmap_states_added(phys_addr_t pa, u64 nr);
void __vmemmap_states_removed(phys_addr_t pa, u64 nr);

/*
 * Takes an idle step out and returns it, zeroed; PKVM_LIST_END: none. It has no state, or
 * PAGE_VMEMMAP still.
 */
phys_addr_t __vmemmap_take_idle(void);

/* How many steps there are, and how many of them are idle. */
u64 __vmemmap_pages(void);
u64 __vmemmap_idle(void);

#endif
