// SPDX-License-Identifier: GPL-2.0-only
/* Reclaim and teardown: what the heaps have free moves to the stock, and from there to the host. */
#include "reclaim.h"

#include <pkvm/hypercall.h>

#include "arch.h"
#include "errno.h"
#include "heap.h"
#include "init.h"
#include "mm_priv.h"
#include "page.h"
#include "selftest.h"
#include "stock.h"
#include "vm.h"

static u64 stock_free(void)
{
	u64 nr;

	hyp_spin_lock(&mm_lock);
	nr = __stock_free();
	hyp_spin_unlock(&mm_lock);
	return nr;
}

static void __count_reclaim(u64 nr)
{
	mm.count.owned -= nr;
	mm.count.reclaimed += nr;
	mm.count.reclaims += nr > 0;
}

void reclaim(u64 nr, struct page_list *ret)
{
	u64 free = stock_free();

	nr = min_u64(nr, PKVM_BATCH_PAGES);
	if (free < nr)
		heap_reclaim(&main_heap, nr - free);

	/* Others may have been quicker since: less comes back then. */
	hyp_spin_lock(&mm_lock);
	ret->nr = __stock_cut(nr, &ret->head);
	__count_reclaim(ret->nr);
	hyp_spin_unlock(&mm_lock);
}

u64 reclaimable(void)
{
	return stock_free() + heap_reclaimable(&main_heap);
}

/* One batch of the vmemmap's pages; nothing else may be left. */
static void __unfeed_batch(struct page_list *list)
{
	while (list->nr < PKVM_BATCH_PAGES) {
		phys_addr_t pa = __page_unfeed();

		if (pa == PKVM_LIST_END)
			break;
		*(u64 *)arch_fixmap(pa) = list->head;
		arch_fixmap_put();
		list->head = pa;
		list->nr++;
	}
}

int teardown(struct page_list *ret)
{
	struct page_list list;
	u64 free;
	int err = vm_close();

	if (err)
		return err;
	selftest_abandon();
	free = stock_free();
	if (free < PKVM_BATCH_PAGES)
		free += heap_reclaim(&main_heap, PKVM_BATCH_PAGES - free);
	if (free < PKVM_BATCH_PAGES)
		heap_reclaim(&selftest_heap, PKVM_BATCH_PAGES - free);

	hyp_spin_lock(&mm_lock);
	list.nr = __stock_cut(PKVM_BATCH_PAGES, &list.head);
	if (!list.nr && mm.count.owned == mm.count.boot + __page_total(PAGE_VMEMMAP))
		__unfeed_batch(&list);
	__count_reclaim(list.nr);
	/* What is left without being free belongs to a call that is still at work. */
	if (!list.nr && mm.count.owned != mm.count.boot)
		err = -HYP_EBUSY;
	hyp_spin_unlock(&mm_lock);
	if (!err)
		*ret = list;
	return err;
}
