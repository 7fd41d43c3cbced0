/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct hyp_page: what EL2 knows of each 4 KiB page of RAM, in a table (the
 * vmemmap) indexed by page frame number. The memory lock is held throughout.
 *
 * The table has an address for every page there can be, but memory only where it
 * is needed: elsewhere it is one shared zero page, read-only, under shared tables.
 * Zero means that the page is the host's, if the host's stage-2 agrees. Where a page that
 * EL2 takes has no entry of its own yet, that page itself becomes the next missing step of
 * the path to its entry (a table of level 2, one of level 3, then the memory). So taking
 * pages needs no other page, and whether a page serves the vmemmap can be seen
 * from its own path, at any time, without having been written down.
 */
#ifndef HYP_PAGE_H
#define HYP_PAGE_H

#include <pkvm/boot.h>

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
	PAGE_VMEMMAP,		/* stored only if it came from the stock, see above */
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

/* Once. Keeps the boot record. */
void page_init(const struct pkvm_boot *boot);

/* Of a page of RAM that is not the image's, whether or not it has an entry of its own. */
enum page_state __page_state(phys_addr_t pa);

/*
 * What the vmemmap has written down of a page. Cheaper than the above, and as good for one
 * that is the host's in its stage-2: then it serves neither the vmemmap nor as a table.
 */
enum page_state __page_stored_state(phys_addr_t pa);

/* The page has an entry of its own. Resets its count. */
void __page_set_state(phys_addr_t pa, enum page_state state);

/* Adds to the count of a page in a state that has one; returns the new count. */
unsigned int __page_count_add(phys_addr_t pa, int delta);

/* That count; 0 in any other state. */
unsigned int __page_count(phys_addr_t pa);

/* Pages in a state; of PAGE_HOST_S2 those from the stock, PAGE_HOST has no total. */
u64 __page_total(enum page_state state);

/*
 * Offers a page that has just been taken from the host to the vmemmap. True: it has become
 * part of the path to its own entry, whatever it held. False: it has an entry, take it.
 */
bool __page_feed(phys_addr_t pa);

/*
 * For pages that stay out of EL2's hands: how many are missing that the nr of them (1 to 512)
 * have entries of their own; and makes those, out of pages that hyp_reserve() has set aside.
 */
u64 __page_back_cost(phys_addr_t pa, u64 nr);
void __page_back(phys_addr_t pa, u64 nr);

/*
 * Takes one page back out of the vmemmap and returns it, zeroed and the host's, or
 * PKVM_LIST_END if none is left. Every page that has an entry must be the host's
 * again. Looks at no more than three tables.
 */
phys_addr_t __page_unfeed(void);

#endif
