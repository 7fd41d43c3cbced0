/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * States of pages: what EL2 knows of each 4 KiB page of RAM, in a struct hyp_page
 * (vmemmap.h). The memory lock is held throughout.
 *
 * Zero means that the page is the host's, if the host's stage-2 agrees.
 */
#ifndef HYP_PAGE_H
#define HYP_PAGE_H

#include "types.h"

/*
 * One value says what a page is to all parties, so that no combination can be written down
 * which there must not be.
 */
enum page_state {
	PAGE_HOST = 0,		/* must be 0: what nobody has touched */
	PAGE_STOCK,
	PAGE_HEAP,		/* mapped by hyp_map() */
	PAGE_TABLE,		/* page table of what EL2 has mapped; count: its valid entries */
	PAGE_VMEMMAP,		/* stored only if it came from the stock (vmemmap.h) */
	PAGE_HOST_S2,		/* table of the host's stage-2: stored only if from the stock */
	PAGE_GUEST_S2,		/* table of a guest's stage-2; count: its valid entries */
	PAGE_SHARED_HYP,	/* the host's, shared with EL2; count: pins */
	PAGE_SHARED_GUEST,	/* the host's, shared with guests; count: entries of theirs */
	PAGE_GUEST,
	PAGE_GUEST_SHARED,	/* a guest's, shared with the host */
	PAGE_STATES
};

/* What a count can reach. */
#define PAGE_COUNT_MAX	0xfff

/* Once. */
void page_init(void);

/* Of a page of RAM that is not the image's, whether or not it has an entry of its own. */
enum page_state __page_state(phys_addr_t pa);

/*
 * What the vmemmap has written down of a page. Cheaper than the above, and as good for one
 * that is the host's in its stage-2: then it serves neither the vmemmap nor as a table.
 */
enum page_state __page_stored_state(phys_addr_t pa);

/* The page has an entry of its own. Resets its count or order. */
void __page_set_state(phys_addr_t pa, enum page_state state);

/* The same for nr pages (at least 1) of one 2 MiB block, all in one state now. */
void __page_set_states(phys_addr_t pa, u64 nr, enum page_state state);

/* Adds to the count of a page in a state that has one; returns the new count. */
unsigned int __page_count_add(phys_addr_t pa, int delta);

/* That count; 0 in any other state. */
unsigned int __page_count(phys_addr_t pa);

#define PAGE_NO_ORDER	(-1)

/*
 * The order of the free block (pool.h) that a page is the first of; PAGE_NO_ORDER for every
 * other page there is or might be. Only pages in state PAGE_STOCK can have one.
 */
int __page_free_order(phys_addr_t pa);
void __page_set_free_order(phys_addr_t pa, int order);

/* Pages for which a state other than PAGE_HOST is stored. */
u64 __page_total(enum page_state state);

#endif
