// SPDX-License-Identifier: GPL-2.0-only
/* Reclaim and teardown: what the heaps have free moves to the stock, and from there to the host. */
#include "reclaim.h"

#include <pkvm/hypercall.h>

#include "arch.h"
#include "errno.h"
#include "heap.h"
#include "host_s2.h"
#include "init.h"
#include "mm_priv.h"
#include "page.h"
#include "selftest.h"
#include "stock.h"
#include "trace.h"
#include "vm.h"

/* Pages that can go to the host as they are. */
static u64 free_pages(void)
{
	u64 nr;

	hyp_spin_lock(&mm_lock);
	nr = __stock_free() + __host_s2_idle();
	hyp_spin_unlock(&mm_lock);
	return nr;
}

static void __push(struct page_list *list, phys_addr_t pa)
{
	*(u64 *)arch_fixmap(pa) = list->head;
	arch_fixmap_put();
	list->head = pa;
	list->nr++;
}

/* Idle tables first: each makes a block of the host's whole again. */
static phys_addr_t __next_free(void)
{
	phys_addr_t pa = __host_s2_give_idle();

	while (pa == PKVM_LIST_END) {
		pa = __stock_get_free();
		if (pa == PKVM_LIST_END || __host_s2_give(pa))
			break;
		/* It has become a table; there are more where it comes from. */
		pa = PKVM_LIST_END;
	}
	return pa;
}

static void __give_free(struct page_list *list, u64 nr)
{
	while (list->nr < nr) {
		phys_addr_t pa = __next_free();

		if (pa == PKVM_LIST_END)
			return;
		__push(list, pa);
	}
}

static void __count_reclaim(u64 nr)
{
	mm.count.owned -= nr;
	mm.count.reclaimed += nr;
	mm.count.reclaims += nr > 0;
	if (nr)
		trace_pages(PKVM_TRACE_HYP, PKVM_TRACE_HOST, nr);
}

void reclaim(u64 nr, struct page_list *ret)
{
	u64 free = free_pages();

	nr = min_u64(nr, PKVM_BATCH_PAGES);
	if (free < nr)
		heap_reclaim(&main_heap, nr - free);

	/* Others may have been quicker since: less comes back then. */
	hyp_spin_lock(&mm_lock);
	*ret = (struct page_list){ .head = PKVM_LIST_END };
	__give_free(ret, nr);
	__count_reclaim(ret->nr);
	hyp_spin_unlock(&mm_lock);
}

u64 reclaimable(void)
{
	return free_pages() + heap_reclaimable(&main_heap);
}

/* One batch of the vmemmap's pages; nothing else may be left but tables. */
static void __unfeed_batch(struct page_list *list)
{
	while (list->nr < PKVM_BATCH_PAGES) {
		phys_addr_t pa = __page_unfeed();

		if (pa == PKVM_LIST_END)
			break;
		if (__host_s2_give(pa))
			__push(list, pa);
	}
	__give_free(list, PKVM_BATCH_PAGES);
}

static bool only_metadata_left(void)
{
	return mm.count.owned == mm.count.boot + __page_total(PAGE_VMEMMAP) + __host_s2_tables();
}

int teardown(struct page_list *ret)
{
	struct page_list list = { .head = PKVM_LIST_END };
	u64 free;
	int err = vm_close();

	if (err)
		return err;
	selftest_abandon();
	free = free_pages();
	if (free < PKVM_BATCH_PAGES)
		free += heap_reclaim(&main_heap, PKVM_BATCH_PAGES - free);
	if (free < PKVM_BATCH_PAGES)
		heap_reclaim(&selftest_heap, PKVM_BATCH_PAGES - free);

	hyp_spin_lock(&mm_lock);
	__give_free(&list, PKVM_BATCH_PAGES);
	if (!list.nr && only_metadata_left())
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
