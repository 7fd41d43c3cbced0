// SPDX-License-Identifier: GPL-2.0-only
/* Lists and blocks of hyp pages on the host's side, over the page allocator. */
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/mm.h>

#include "arena.h"
#include "memcache.h"

static u64 *link_of(u64 pa)
{
	return phys_to_virt(pa);
}

/*
 * A host page becomes hyp pages, each with a reference on it. It is marked offline: whoever
 * reads all of memory (crash dumps, /proc/kcore) leaves it out. It has one reference.
 */
static void make_hyp_pages(struct page *page)
{
	page_ref_add(page, PKVM_HYP_PER_HOST - 1);
	__SetPageOffline(page);
}

/*
 * One hyp page gives up its reference on the host page that it is part of. The last one
 * takes the mark away, for which it needs the page to itself.
 */
static void put_hyp_page(u64 pa)
{
	struct page *page = pfn_to_page(pa >> PAGE_SHIFT);

	if (page_ref_dec_return(page))
		return;
	set_page_count(page, 1);
	__ClearPageOffline(page);
	__free_page(page);
}

static void free_down_to(struct pkvm_memcache *mc, u64 nr)
{
	while (mc->nr_pages > nr)
		put_hyp_page(pkvm_memcache_pop(mc));
}

void pkvm_memcache_push(struct pkvm_memcache *mc, u64 pa)
{
	*link_of(pa) = mc->head;
	mc->head = pa;
	mc->nr_pages++;
}

u64 pkvm_memcache_pop(struct pkvm_memcache *mc)
{
	u64 pa = mc->head;

	mc->head = *link_of(pa);
	*link_of(pa) = 0;
	mc->nr_pages--;
	return pa;
}

void pkvm_memcache_split(struct pkvm_memcache *mc, u64 nr, struct pkvm_memcache *ret)
{
	u64 *link = &mc->head;
	u64 i;

	nr = min(nr, mc->nr_pages);
	for (i = 0; i < nr; i++)
		link = link_of(*link);

	/* When nothing moves, link is mc->head itself: the order below keeps it. */
	ret->head = nr ? mc->head : PKVM_LIST_END;
	ret->nr_pages = nr;
	mc->head = *link;
	mc->nr_pages -= nr;
	if (nr)
		*link = PKVM_LIST_END;
}

void pkvm_memcache_move(struct pkvm_memcache *mc, struct pkvm_memcache *to)
{
	while (mc->nr_pages)
		pkvm_memcache_push(to, pkvm_memcache_pop(mc));
}

int pkvm_memcache_fill(struct pkvm_memcache *mc, u64 nr, gfp_t gfp)
{
	u64 before = mc->nr_pages;
	struct page *page;
	bool dry = false;
	unsigned long i;

	while (mc->nr_pages < nr) {
		page = pkvm_arena_alloc_page(gfp, &dry);
		if (!page) {
			free_down_to(mc, before);
			return -ENOMEM;
		}
		make_hyp_pages(page);
		for (i = 0; i < PKVM_HYP_PER_HOST; i++)
			pkvm_memcache_push(mc, page_to_phys(page) + i * PKVM_PAGE_SIZE);
	}
	return 0;
}

void pkvm_memcache_free(struct pkvm_memcache *mc)
{
	free_down_to(mc, 0);
}

static u64 make_range(struct page *first, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		make_hyp_pages(first + i);
	return page_to_phys(first);
}

u64 pkvm_range_alloc(u64 nr, gfp_t gfp)
{
	unsigned int order = ilog2(nr / PKVM_HYP_PER_HOST);
	struct page *page = alloc_pages(gfp | __GFP_NORETRY | __GFP_NOWARN, order);

	if (!page)
		return PKVM_LIST_END;
	/* The pages of a block come back one by one. */
	split_page(page, order);
	return make_range(page, 1UL << order);
}

u64 pkvm_range_cut(u64 *nr)
{
	unsigned long hosts = DIV_ROUND_UP(*nr, PKVM_HYP_PER_HOST);
	struct page *page = pkvm_arena_cut(&hosts);

	*nr = hosts * PKVM_HYP_PER_HOST;
	return page ? make_range(page, hosts) : PKVM_LIST_END;
}

void pkvm_range_free(u64 pa, u64 nr)
{
	u64 i;

	for (i = 0; i < nr; i++)
		put_hyp_page(pa + i * PKVM_PAGE_SIZE);
}
