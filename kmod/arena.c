// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena. A page that is to be charged to somebody has to come out of the page allocator
 * for that. So one of the arena's is freed and a page is allocated at once: the allocator's
 * lists are last in, first out. If it is another page all the same, because this task has
 * moved to another CPU or was interrupted, then it lies elsewhere, and no more is lost.
 */
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "arena.h"
#include "memcache.h"

/* In host pages. */
#define BLOCK_PAGES	(PKVM_RANGE_PAGES / PKVM_HYP_PER_HOST)

/* Nests in nothing, and nothing in it. The shrinker takes it within any task's allocation. */
static DEFINE_SPINLOCK(arena_lock);

static struct {
	/* The rest of the block: contiguous host pages, each with one reference. */
	struct page *first;
	unsigned long nr;
	/* Since load: blocks, and host pages. */
	u64 blocks, cut, missed;
} arena;

static void free_pages_of(struct page *page, unsigned long nr)
{
	while (nr--)
		__free_page(page++);
}

/* False if another task has put a block there meanwhile. */
static bool install(struct page *block)
{
	bool empty;

	spin_lock(&arena_lock);
	empty = !arena.nr;
	if (empty) {
		arena.first = block;
		arena.nr = BLOCK_PAGES;
		arena.blocks++;
	}
	spin_unlock(&arena_lock);
	return empty;
}

int pkvm_arena_fill(gfp_t gfp)
{
	unsigned int order = ilog2(BLOCK_PAGES);
	struct page *block;

	if (pkvm_arena_held())
		return 0;
	block = alloc_pages(gfp | __GFP_NORETRY | __GFP_NOWARN, order);
	if (!block)
		return -ENOMEM;
	split_page(block, order);
	if (!install(block))
		free_pages_of(block, BLOCK_PAGES);
	return 0;
}

struct page *pkvm_arena_cut(unsigned long *nr)
{
	struct page *first = NULL;

	spin_lock(&arena_lock);
	*nr = min(*nr, arena.nr);
	if (*nr)
		first = arena.first;
	arena.first += *nr;
	arena.nr -= *nr;
	arena.cut += *nr;
	spin_unlock(&arena_lock);
	return first;
}

static void count_missed(void)
{
	spin_lock(&arena_lock);
	arena.missed++;
	spin_unlock(&arena_lock);
}

/* A page is freed and one allocated, which it should be. */
static struct page *charge(struct page *ours, gfp_t gfp)
{
	struct page *page;

	__free_page(ours);
	page = alloc_page(gfp);
	if (page != ours)
		count_missed();
	return page;
}

struct page *pkvm_arena_alloc_page(gfp_t gfp, bool *dry)
{
	unsigned long nr = 1;
	struct page *ours;

	if (!*dry)
		*dry = pkvm_arena_fill(GFP_KERNEL & ~__GFP_RECLAIM);
	ours = pkvm_arena_cut(&nr);
	if (!ours)
		return alloc_page(gfp);
	return gfp & __GFP_ACCOUNT ? charge(ours, gfp) : ours;
}

u64 pkvm_arena_held(void)
{
	return READ_ONCE(arena.nr) * PKVM_HYP_PER_HOST;
}

void pkvm_arena_stats(struct pkvm_arena_stats *ret)
{
	spin_lock(&arena_lock);
	ret->held = arena.nr * PKVM_HYP_PER_HOST;
	ret->blocks = arena.blocks;
	ret->cut = arena.cut * PKVM_HYP_PER_HOST;
	ret->missed = arena.missed * PKVM_HYP_PER_HOST;
	spin_unlock(&arena_lock);
}

u64 pkvm_arena_shrink(u64 pages)
{
	unsigned long nr = min_t(u64, pages, PKVM_RANGE_PAGES);
	struct page *first;

	nr = DIV_ROUND_UP(nr, PKVM_HYP_PER_HOST);
	spin_lock(&arena_lock);
	nr = min(nr, arena.nr);
	arena.nr -= nr;
	first = arena.first + arena.nr;
	spin_unlock(&arena_lock);
	free_pages_of(first, nr);
	return nr * PKVM_HYP_PER_HOST;
}

void pkvm_arena_drain(void)
{
	pkvm_arena_shrink(PKVM_RANGE_PAGES);
}
