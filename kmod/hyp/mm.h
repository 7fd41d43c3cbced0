/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's memory: the page stock that every need is served from, and the mapping
 * of stock pages into EL2's private VA ranges. All of it is under one lock, the
 * memory lock, the innermost in the lock order (spinlock.h); the functions here
 * take it themselves.
 *
 * What is in the stock is zero but for its list link, and so is what comes out
 * of hyp_map(): a page is cleared once, on its way in.
 */
#ifndef HYP_MM_H
#define HYP_MM_H

#include "types.h"

/* What one hypercall may take of the stock, and what it lacked. */
struct hyp_ask {
	u64 credit;	/* in: credited pages the caller brings; out: 0, given up */
	u64 shortage;	/* out: pages missing, when a reserve was refused with -ENOMEM */
};

/*
 * Prepare: sets nr pages of the stock aside for this CPU's hypercall. 0, or
 * -HYP_ENOMEM with ask->shortage set and nothing taken. The credit is given up
 * either way.
 */
int hyp_reserve(struct hyp_ask *ask, u64 nr);

/*
 * Whether a page of EL2's private VA ranges is mapped. O(1); for any va, canonical
 * or not. The answer holds as long as the caller keeps others from mapping and
 * unmapping there: a heap asks about its own range, under its own lock.
 */
bool hyp_mapped(u64 va);

/* The pages that hyp_map() of this range takes: its pages and the page tables that are missing. */
u64 hyp_map_cost(u64 va, u64 nr_pages);

/* Commit: maps zeroed pages read-write. The caller has reserved hyp_map_cost(); cannot fail. */
void hyp_map(u64 va, u64 nr_pages);

/* Zeroes, unmaps, invalidates the TLB once, and returns pages and emptied page tables to the stock. */
void hyp_unmap(u64 va, u64 nr_pages);

#endif
