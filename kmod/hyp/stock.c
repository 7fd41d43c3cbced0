// SPDX-License-Identifier: GPL-2.0-only
/* The page stock, and who may have how much of it. */
#include "stock.h"

#include "arch.h"
#include "errno.h"
#include "mm_priv.h"
#include "panic.h"

static struct stock stock;

void stock_init(void)
{
	stock = (struct stock){ .head = PKVM_LIST_END };
}

const struct stock *__stock(void)
{
	return &stock;
}

u64 __stock_free(void)
{
	return __page_total(PAGE_STOCK) - stock.credited - stock.reserved;
}

void __stock_put(phys_addr_t pa, enum stock_content content)
{
	u64 *page = arch_fixmap(pa);

	if (content == STOCK_DIRTY)
		arch_zero_page(page);
	*page = stock.head;
	arch_fixmap_put();
	stock.head = pa;
	__page_set_state(pa, PAGE_STOCK);
}

static phys_addr_t __pop(enum page_state state)
{
	phys_addr_t pa = stock.head;
	u64 *page = arch_fixmap(pa);

	stock.head = *page;
	*page = 0;
	arch_fixmap_put();
	__page_set_state(pa, state);
	return pa;
}

phys_addr_t __stock_get_reserved(enum page_state state)
{
	HYP_ASSERT(stock.reserved);
	stock.reserved--;
	return __pop(state);
}

phys_addr_t __stock_get_free(void)
{
	return __stock_free() ? __pop(PAGE_HOST) : PKVM_LIST_END;
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
