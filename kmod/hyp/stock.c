// SPDX-License-Identifier: GPL-2.0-only
/* The page stock, and who may have how much of it. */
#include "stock.h"

#include "arch.h"
#include "errno.h"
#include "mm_priv.h"
#include "panic.h"

/* A host block of which so much is free in one piece is looked through for the rest. */
#define GATHER_ORDER	4

#define BLOCK_SIZE	(HYP_PAGE_SIZE << POOL_MAX_ORDER)

static struct stock stock;

void stock_init(void)
{
	stock = (struct stock){};
}

const struct stock *__stock(void)
{
	return &stock;
}

u64 __stock_free(void)
{
	return __page_total(PAGE_STOCK) - stock.credited - stock.reserved;
}

static void zero_page(phys_addr_t pa)
{
	arch_zero_page(arch_fixmap(pa));
	arch_fixmap_put();
}

void __stock_put(phys_addr_t pa, u64 nr, enum stock_content content)
{
	for (u64 i = 0; i < nr && content == STOCK_DIRTY; i++)
		zero_page(pa + (i << HYP_PAGE_SHIFT));
	__page_set_states(pa, nr, PAGE_STOCK);
	__pool_put(&stock.pool, pa, nr);
}

phys_addr_t __stock_get_reserved(enum page_state state)
{
	phys_addr_t pa;

	HYP_ASSERT(stock.reserved);
	stock.reserved--;
	pa = __pool_get(&stock.pool, 0);
	HYP_ASSERT(pa != PKVM_LIST_END);
	__page_set_state(pa, state);
	return pa;
}

/*
 * Goes through host blocks, each to its end before the next, in which one of the largest
 * free blocks lies. Something is free.
 */
static phys_addr_t __next_to_give(void)
{
	unsigned int order;

	for (;;) {
		while (stock.give_at < stock.give_end) {
			phys_addr_t pa = stock.give_at;

			stock.give_at += HYP_PAGE_SIZE;
			if (__pool_get_page(&stock.pool, pa))
				return pa;
		}
		stock.give_at = __pool_largest(&stock.pool, &order);
		HYP_ASSERT(stock.give_at != PKVM_LIST_END);
		stock.give_end = stock.give_at + (HYP_PAGE_SIZE << order);
		if (order >= GATHER_ORDER) {
			stock.give_at = ALIGN_DOWN(stock.give_at, BLOCK_SIZE);
			stock.give_end = stock.give_at + BLOCK_SIZE;
		}
	}
}

phys_addr_t __stock_get_free(void)
{
	phys_addr_t pa;

	if (!__stock_free())
		return PKVM_LIST_END;
	pa = __next_to_give();
	__page_set_state(pa, PAGE_HOST);
	return pa;
}

void __stock_credit(u64 nr)
{
	stock.credited += nr;
}

void __stock_credit_give_up(u64 nr)
{
	stock.credited -= min_u64(nr, stock.credited);
}

void stock_credit_give_up(struct hyp_ask *ask)
{
	hyp_spin_lock(&mm_lock);
	__stock_credit_give_up(ask->credit);
	hyp_spin_unlock(&mm_lock);
	ask->credit = 0;
}

int stock_credit_drop(u64 nr)
{
	int err = -HYP_EINVAL;

	hyp_spin_lock(&mm_lock);
	if (nr <= stock.credited) {
		stock.credited -= nr;
		err = 0;
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}

int __stock_reserve(struct hyp_ask *ask, u64 nr)
{
	u64 free;

	__stock_credit_give_up(ask->credit);
	free = __stock_free();
	*ask = (struct hyp_ask){};
	/* In teardown nothing will be topped up any more: final. */
	if (mm.closing)
		return -HYP_ENOMEM;
	if (nr > free) {
		ask->shortage = nr - free;
		return -HYP_ENOMEM;
	}
	stock.reserved += nr;
	return 0;
}

void __stock_unreserve(u64 nr)
{
	HYP_ASSERT(nr <= stock.reserved);
	stock.reserved -= nr;
}

int hyp_reserve(struct hyp_ask *ask, u64 nr)
{
	int err;

	hyp_spin_lock(&mm_lock);
	err = __stock_reserve(ask, nr);
	hyp_spin_unlock(&mm_lock);
	return err;
}
