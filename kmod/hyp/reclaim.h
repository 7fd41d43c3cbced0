/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages on their way back to the host, in batches: reclaim while EL2 works, teardown at its end. */
#ifndef HYP_RECLAIM_H
#define HYP_RECLAIM_H

#include "types.h"

/* A list of pages, zero but for their links, that is the host's from now on. */
struct page_list {
	phys_addr_t head;
	u64 nr;
};

/*
 * Gives back up to nr pages, one batch at most: idle tables and idle pages of the vmemmap
 * first, then free ones of the stock, then what the main heap can do without. Credited
 * and reserved pages stay.
 */
void reclaim(u64 nr, struct page_list *ret);

/*
 * How many pages reclaim() could give now. While it does others become idle; and of a
 * host block that EL2 has whole and uses in part, one page stays as its table.
 */
u64 reclaimable(void);

/*
 * Begins or continues teardown: everything topped up goes back, batch by batch. 0
 * with an empty list once it is done, or -HYP_EBUSY while a VM lives (nothing has begun
 * then) or a call that began before is still at work on another CPU.
 */
int teardown(struct page_list *ret);

#endif
