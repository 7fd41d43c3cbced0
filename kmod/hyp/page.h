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

enum page_state {
	PAGE_HOST = 0,		/* must be 0: what nobody has touched */
	PAGE_STOCK,
	PAGE_HEAP,		/* mapped by hyp_map() */
	PAGE_TABLE,		/* page table of what hyp_map() mapped; count: its valid entries */
	PAGE_VMEMMAP,		/* never stored, see above */
	PAGE_HOST_S2,		/* table of the host's stage-2; never stored, seen from them */
	PAGE_STATES
};

/* Once. Keeps the boot record. */
void page_init(const struct pkvm_boot *boot);

/* Of a page of RAM that is not the image's, whether or not it has an entry of its own. */
enum page_state __page_state(phys_addr_t pa);

/*
 * Whether the vmemmap has no state for a page. Cheaper than the above, and as good for one
 * that is the host's in its stage-2: then it serves neither the vmemmap nor as a table.
 */
bool __page_is_stateless(phys_addr_t pa);

/* The page has an entry of its own. Resets its count. */
void __page_set_state(phys_addr_t pa, enum page_state state);

/* Adds to the count of a page in state PAGE_TABLE; returns the new count. */
unsigned int __page_count_add(phys_addr_t pa, int delta);

/* That count; 0 in any other state. */
unsigned int __page_count(phys_addr_t pa);

/* Pages in a state other than PAGE_HOST and PAGE_HOST_S2. */
u64 __page_total(enum page_state state);

/*
 * Offers a page that has just been taken from the host to the vmemmap. True: it has become
 * part of the path to its own entry, whatever it held. False: it has an entry, take it.
 */
bool __page_feed(phys_addr_t pa);

/*
 * Takes one page back out of the vmemmap and returns it, zeroed and the host's, or
 * PKVM_LIST_END if none is left. Every page that has an entry must be the host's
 * again. Looks at no more than three tables.
 */
phys_addr_t __page_unfeed(void);

#endif
