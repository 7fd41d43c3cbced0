/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arena: a block of 2 MiB from which pages for EL2 are cut, one behind the other. What
 * EL2 is given in small amounts lies together then, and few blocks of the host's stage-2
 * are split for it.
 *
 * It holds what is left of one block at most. That is the module's own, charged to nobody,
 * and the first thing that the shrinker frees. Pages never come back to it: what EL2
 * returns goes to the page allocator, which joins it to blocks again.
 */
#ifndef PKVM_KMOD_ARENA_H
#define PKVM_KMOD_ARENA_H

#include <linux/gfp.h>
#include <linux/types.h>

/* 4 KiB pages unless it says otherwise; all but the first since load. */
struct pkvm_arena_stats {
	u64 held;	/* now */
	u64 blocks;	/* of 2 MiB that it took: count */
	u64 cut;	/* off them for EL2 */
	u64 missed;	/* of these: the page allocator came up with others, or none */
};

/* Process context. */
void pkvm_arena_stats(struct pkvm_arena_stats *ret);

/*
 * Takes a block if the arena holds nothing; gfp says what the page allocator may do to have
 * one, which it tries once. Returns 0, when others may still empty the arena at once, or
 * -ENOMEM. Process context, sleeps if gfp allows it.
 */
int pkvm_arena_fill(gfp_t gfp);

/*
 * Cuts off at most *nr host pages (1 or more), contiguous, each with one reference, which is
 * the caller's. Returns the first, with *nr set to their number, or NULL if the arena holds
 * nothing. Any context but interrupts.
 */
struct page *pkvm_arena_cut(unsigned long *nr);

/*
 * One host page as alloc_page(gfp) has it, charged to the caller if gfp says so, but out of
 * the arena if possible. Fills that only with a block that is free as it is: a few pages are
 * not worth the reclaim of a block. *dry, false at first, keeps a caller of many from asking
 * again when there is none. Process context, may sleep. NULL if there is no page, or none that
 * the caller may have.
 */
struct page *pkvm_arena_alloc_page(gfp_t gfp, bool *dry);

/* What it holds, in 4 KiB pages. Any context. */
u64 pkvm_arena_held(void);

/*
 * Frees up to so many 4 KiB pages, rounded up to whole host pages, from the end. Returns
 * their number. Any context but interrupts; allocates nothing.
 */
u64 pkvm_arena_shrink(u64 pages);

/* Frees all that it holds. Context as above. */
void pkvm_arena_drain(void);

#endif
