// SPDX-License-Identifier: GPL-2.0-only
/* The buddy allocator: free blocks, their lists, how they split and join. */
#include "pool.h"

#include <pkvm/hypercall.h>

#include "arch.h"
#include "page.h"
#include "panic.h"

struct links {
	phys_addr_t next;
	phys_addr_t prev;
};

static u64 block_size(unsigned int order)
{
	return HYP_PAGE_SIZE << order;
}

/* Leaves the page zero. */
static struct links take_links(phys_addr_t pa)
{
	struct links *at = arch_fixmap(pa);
	struct links links = *at;

	*at = (struct links){};
	arch_fixmap_put();
	return links;
}

static void set_links(phys_addr_t pa, struct links links)
{
	*(struct links *)arch_fixmap(pa) = links;
	arch_fixmap_put();
}

static void set_next(phys_addr_t pa, phys_addr_t next)
{
	((struct links *)arch_fixmap(pa))->next = next;
	arch_fixmap_put();
}

static void set_prev(phys_addr_t pa, phys_addr_t prev)
{
	((struct links *)arch_fixmap(pa))->prev = prev;
	arch_fixmap_put();
}

static void link_block(struct pool *pool, phys_addr_t pa, unsigned int order)
{
	struct pool_list *list = &pool->list[order];

	if (list->nr++) {
		set_links(list->head, (struct links){ .next = list->second, .prev = pa });
		list->second = list->head;
	}
	list->head = pa;
	__page_set_free_order(pa, order);
}

static void unlink_head(struct pool_list *list)
{
	struct links links = { .next = PKVM_LIST_END };

	if (list->nr) {
		links = take_links(list->second);
		HYP_ASSERT(links.prev == list->head);
	}
	list->head = list->second;
	list->second = links.next;
}

static void unlink_inner(struct pool_list *list, phys_addr_t pa)
{
	struct links links = take_links(pa);

	if (links.next != PKVM_LIST_END)
		set_prev(links.next, links.prev);
	if (links.prev == list->head)
		list->second = links.next;
	else
		set_next(links.prev, links.next);
}

static void unlink_block(struct pool *pool, phys_addr_t pa, unsigned int order)
{
	struct pool_list *list = &pool->list[order];

	__page_set_free_order(pa, PAGE_NO_ORDER);
	list->nr--;
	if (pa == list->head)
		unlink_head(list);
	else
		unlink_inner(list, pa);
}

static void put_block(struct pool *pool, phys_addr_t pa, unsigned int order)
{
	while (order < POOL_MAX_ORDER) {
		phys_addr_t buddy = pa ^ block_size(order);

		if (__page_free_order(buddy) != (int)order)
			break;
		unlink_block(pool, buddy, order);
		pa &= ~block_size(order);
		order++;
	}
	link_block(pool, pa, order);
}

/* The largest block that can begin at pa and has no more than nr pages. */
static unsigned int fitting_order(phys_addr_t pa, u64 nr)
{
	unsigned int order = 0;

	while (order < POOL_MAX_ORDER && IS_ALIGNED(pa, block_size(order + 1)) && nr >> (order + 1))
		order++;
	return order;
}

void __pool_put(struct pool *pool, phys_addr_t pa, u64 nr)
{
	while (nr) {
		unsigned int order = fitting_order(pa, nr);

		put_block(pool, pa, order);
		pa += block_size(order);
		nr -= UINT64_C(1) << order;
	}
}

/* The first 2^order pages of a free block; halves of what is left of it stay. */
static void take_block(struct pool *pool, phys_addr_t pa, unsigned int from, unsigned int order)
{
	unlink_block(pool, pa, from);
	while (from > order) {
		from--;
		link_block(pool, pa + block_size(from), from);
	}
}

phys_addr_t __pool_get(struct pool *pool, unsigned int order)
{
	for (unsigned int from = order; from <= POOL_MAX_ORDER; from++) {
		phys_addr_t pa = pool->list[from].head;

		if (!pool->list[from].nr)
			continue;
		take_block(pool, pa, from, order);
		return pa;
	}
	return PKVM_LIST_END;
}

bool __pool_get_page(struct pool *pool, phys_addr_t pa)
{
	int from = __page_free_order(pa);

	if (from == PAGE_NO_ORDER)
		return false;
	take_block(pool, pa, from, 0);
	return true;
}

phys_addr_t __pool_largest(const struct pool *pool, unsigned int *ret_order)
{
	for (unsigned int order = POOL_MAX_ORDER + 1; order--;) {
		if (!pool->list[order].nr)
			continue;
		*ret_order = order;
		return pool->list[order].head;
	}
	return PKVM_LIST_END;
}
