/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memcache: a list of 4 KiB hyp pages linked by physical address through their
 * first 8 bytes, with a head and a count. It is what TOPUP_LIST takes and what
 * RECLAIM and TEARDOWN give.
 *
 * Where a host page is larger (16 or 64 KiB) it holds 4 or 16 hyp pages, and each
 * of them holds one reference on it: the host page returns to the page allocator
 * with the last of its hyp pages, in whatever order and on whatever CPU they come
 * back. With 4 KiB pages that is the one reference it has anyway.
 *
 * A memcache belongs to one task at a time; nothing here locks.
 */
#ifndef PKVM_KMOD_MEMCACHE_H
#define PKVM_KMOD_MEMCACHE_H

#include <linux/gfp.h>
#include <linux/types.h>

#include <pkvm/hypercall.h>

/* Hyp pages in one host page. */
#define PKVM_HYP_PER_HOST	(1UL << (PAGE_SHIFT - PKVM_PAGE_SHIFT))

struct pkvm_memcache {
	u64 head;	/* physical address of the first page, PKVM_LIST_END when empty */
	u64 nr_pages;	/* 4 KiB pages */
};

#define PKVM_MEMCACHE_INIT	{ .head = PKVM_LIST_END }

/* Links one page, which the caller owns, at the head. */
void pkvm_memcache_push(struct pkvm_memcache *mc, u64 pa);

/* Unlinks the page at the head and clears its link. The memcache must not be empty. */
u64 pkvm_memcache_pop(struct pkvm_memcache *mc);

/* Moves the first nr pages, or all of them if there are fewer, to the empty memcache *ret. */
void pkvm_memcache_split(struct pkvm_memcache *mc, u64 nr, struct pkvm_memcache *ret);

/* Moves all pages to the front of another one. */
void pkvm_memcache_move(struct pkvm_memcache *mc, struct pkvm_memcache *to);

/*
 * Allocates until mc has at least nr pages: whole host pages, so possibly some
 * more, out of the arena while that can be filled. May sleep. Returns 0, or
 * -ENOMEM with mc as it was.
 */
int pkvm_memcache_fill(struct pkvm_memcache *mc, u64 nr, gfp_t gfp);

/*
 * Gives every page back to the page allocator; mc is empty afterwards. Any context
 * that may free pages.
 */
void pkvm_memcache_free(struct pkvm_memcache *mc);

/*
 * One physically contiguous, naturally aligned block of nr pages (a power of two,
 * at most PKVM_RANGE_PAGES, at least a host page). Tries once, without disturbing
 * anyone. Returns its address, or PKVM_LIST_END.
 */
u64 pkvm_range_alloc(u64 nr, gfp_t gfp);

/*
 * A contiguous run out of the arena, as it is: at most *nr pages (1 or more), rounded up to
 * whole host pages. Returns its address and sets *nr, or PKVM_LIST_END for an empty arena.
 */
u64 pkvm_range_cut(u64 *nr);

/* Gives back nr pages from pa on: all of a range, or the part that EL2 did not take. */
void pkvm_range_free(u64 pa, u64 nr);

#endif
