// SPDX-License-Identifier: GPL-2.0-only
/* Sharing with EL2: the checks that all transitions begin with are in transition_priv.h. */
#include "transition.h"

#include "errno.h"
#include "page.h"
#include "panic.h"
#include "pgtable.h"
#include "arch.h"
#include "ram.h"
#include "stock.h"
#include "trace.h"
#include "transition_priv.h"

static phys_addr_t page_at(phys_addr_t pa, u64 i)
{
	return pa + (i << HYP_PAGE_SHIFT);
}

int __check_host_pages(phys_addr_t pa, u64 nr, enum page_state state)
{
	int err = !nr || nr > PKVM_RANGE_PAGES ? -HYP_EINVAL : ram_check(pa, nr);

	if (err)
		return err;
	if (!__host_s2_owns(pa, nr))
		return -HYP_EPERM;
	for (u64 i = 0; i < nr; i++)
		if (__page_stored_state(page_at(pa, i)) != state)
			return -HYP_EPERM;
	return 0;
}

static bool all_below(phys_addr_t pa, u64 nr, unsigned int count)
{
	for (u64 i = 0; i < nr; i++)
		if (__page_count(page_at(pa, i)) >= count)
			return false;
	return true;
}

static void set_states(phys_addr_t pa, u64 nr, enum page_state state)
{
	for (u64 i = 0; i < nr; i++)
		__page_set_state(page_at(pa, i), state);
}

int __host_share_hyp(phys_addr_t pa, u64 nr, struct hyp_ask *ask)
{
	int err = __check_host_pages(pa, nr, PAGE_HOST);

	if (!err)
		err = __stock_reserve(ask, __page_back_cost(pa, nr));
	if (err)
		return err;
	__page_back(pa, nr);
	set_states(pa, nr, PAGE_SHARED_HYP);
	trace_pages(PKVM_TRACE_HOST, PKVM_TRACE_HOST_SHARED_HYP, nr);
	return 0;
}

int __host_unshare_hyp(phys_addr_t pa, u64 nr)
{
	int err = __check_host_pages(pa, nr, PAGE_SHARED_HYP);

	if (!err && !all_below(pa, nr, 1))
		err = -HYP_EBUSY;
	if (err)
		return err;
	set_states(pa, nr, PAGE_HOST);
	trace_pages(PKVM_TRACE_HOST_SHARED_HYP, PKVM_TRACE_HOST, nr);
	return 0;
}

/* One after the other by place in RAM: pages that are neighbours there are so here. */
u64 __shared_va(phys_addr_t pa)
{
	return mm.boot->va_base + PKVM_VA_SHARED + ram_offset(pa);
}

static int __check_pin(phys_addr_t pa, u64 nr)
{
	int err = __check_host_pages(pa, nr, PAGE_SHARED_HYP);

	if (err)
		return err;
	if (ram_offset(page_at(pa, nr)) > PKVM_VA_SLOT)
		return -HYP_ENOSPC;
	return all_below(pa, nr, PAGE_COUNT_MAX) ? 0 : -HYP_EOVERFLOW;
}

int __hyp_pin_shared(phys_addr_t pa, u64 nr, struct hyp_ask *ask, void **ret_va)
{
	int err = __check_pin(pa, nr);

	/* Where a page is mapped already, so are its tables. */
	if (!err)
		err = __stock_reserve(ask, hyp_map_cost(__shared_va(pa), nr) - nr);
	if (err)
		return err;
	for (u64 i = 0; i < nr; i++)
		if (__page_count_add(page_at(pa, i), 1) == 1)
			__pgtable_map(__shared_va(page_at(pa, i)), page_at(pa, i));
	arch_pte_sync();
	*ret_va = (void *)__shared_va(pa);
	return 0;
}

void __hyp_unpin_shared(phys_addr_t pa, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		HYP_ASSERT(__page_stored_state(page_at(pa, i)) == PAGE_SHARED_HYP);
		if (!__page_count_add(page_at(pa, i), -1))
			__pgtable_unmap(__shared_va(page_at(pa, i)));
	}
	arch_pte_sync();
	arch_tlbi(__shared_va(pa), nr);
}
