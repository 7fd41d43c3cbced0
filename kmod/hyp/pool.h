/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A buddy allocator over struct hyp_page (vmemmap.h). Free pages of the stock form blocks
 * of 2^order pages, naturally aligned; of two halves of a block (buddies) never both are
 * free blocks, up to a host block of 2 MiB. The first page's entry says so:
 *
 *	page	   8   9  10  11   12   13   14  15
 *	state	   S   S   S   S   heap S    S   S	S: PAGE_STOCK
 *	order	   2   .   .   .   .    0    1   .	.: none
 *
 * Page 12 comes back. Its buddy, page 13, is a free block of the same order, so they are
 * one of order 1, whose buddy is 14; they are one of order 2, whose buddy is 8; they are
 * one of order 3, page 8 is its first, and page 0 is asked next.
 *
 *	state	   S   S   S   S   S    S    S   S
 *	order	   3   .   .   .   .    .    .   .
 *
 * To take page 8 alone is the way back: the upper halves stay, as blocks of order 2, 1
 * and 0 at 12, 10 and 9. Whether a buddy is EL2's, and in use, its entry says: a page of
 * the host's, of another use, or no RAM at all has no order.
 *
 * The blocks of an order are a list, linked both ways through the first 16 bytes of their
 * first pages, all but that of the head: what it would say is kept here, so that coming and
 * going at the head touches one other page, and a block alone in its list none. Pages are
 * zero but for these links.
 *
 * All of it is O(order). The memory lock is held.
 */
#ifndef HYP_POOL_H
#define HYP_POOL_H

#include "types.h"

#define POOL_MAX_ORDER	9	/* a host block: what the host's stage-2 can have whole */

/* All zero: empty. */
struct pool {
	struct pool_list {
		phys_addr_t head;	/* both PKVM_LIST_END if there is none */
		phys_addr_t second;
		u64 nr;			/* blocks */
	} list[POOL_MAX_ORDER + 1];
};

/*
 * Takes in nr pages from pa on (any number), all zero and in PAGE_STOCK, as the blocks
 * that they form with each other and with what is free already.
 */
void __pool_put(struct pool *pool, phys_addr_t pa, u64 nr);

/*
 * Takes a block of 2^order pages, all zero, out of the smallest that has it. They stay in
 * PAGE_STOCK until the caller says otherwise. PKVM_LIST_END if there is none.
 */
phys_addr_t __pool_get(struct pool *pool, unsigned int order);

/* Takes the page at pa if it is the first of a free block; the rest of that stays. */
bool __pool_get_page(struct pool *pool, phys_addr_t pa);

/* One of the largest free blocks, which stays; PKVM_LIST_END if nothing is free. */
phys_addr_t __pool_largest(const struct pool *pool, unsigned int *ret_order);

#endif
