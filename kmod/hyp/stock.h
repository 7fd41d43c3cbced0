/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page stock: the pages that were topped up and are not in use. A buddy allocator
 * (pool.h) holds them, so that they lie together where they can: what EL2 needs, single
 * pages, comes from the smallest free blocks; what goes to the host comes from the largest,
 * and one host block after another, so that these become whole again in its stage-2.
 *
 * Part of it is spoken for: credited pages wait for the retry of a request,
 * reserved ones for the hyp_map() of a hypercall that runs now. Neither is free.
 *
 * The memory lock is held, except where a name says otherwise.
 */
#ifndef HYP_STOCK_H
#define HYP_STOCK_H

#include "mm.h"
#include "page.h"
#include "pool.h"
#include "types.h"

struct stock {
	struct pool pool;
	u64 credited;
	u64 reserved;
	/* The part of a host block where reclaim goes on; no more than a preference. */
	phys_addr_t give_at;
	phys_addr_t give_end;
};

/* Once. */
void stock_init(void);

/* For statistics and checks. */
const struct stock *__stock(void);

/* Pages that are neither credited nor reserved. */
u64 __stock_free(void);

enum stock_content {
	STOCK_ZERO,		/* the page is zero already */
	STOCK_DIRTY,
};

/* Takes in nr pages (at least 1) of one 2 MiB block, which have entries in the vmemmap. */
void __stock_put(phys_addr_t pa, u64 nr, enum stock_content content);

/* hyp_reserve(), for callers that hold the memory lock. */
int __stock_reserve(struct hyp_ask *ask, u64 nr);

/* Reserved pages become free again. */
void __stock_unreserve(u64 nr);

/* Takes out a page that hyp_reserve() has set aside, all zero, and gives it a state. */
phys_addr_t __stock_get_reserved(enum page_state state);

/*
 * Takes out a free page, all zero, that goes to the host, and which has no state of its
 * own from then on. PKVM_LIST_END if there is none.
 */
phys_addr_t __stock_get_free(void);

/* Puts pages of the stock to the credit of a request. */
void __stock_credit(u64 nr);

/*
 * Credited pages become free again, all of them if they are fewer. All tasks'
 * credits are one sum: a host that claims more than its own robs only itself.
 */
void __stock_credit_give_up(u64 nr);

/* As above, but -HYP_EINVAL if they are fewer. Takes the memory lock. */
int stock_credit_drop(u64 nr);

/* As above, for what a hypercall still has. Takes the memory lock. */
void stock_credit_give_up(struct hyp_ask *ask);

#endif
