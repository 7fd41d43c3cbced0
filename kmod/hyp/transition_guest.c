// SPDX-License-Identifier: GPL-2.0-only
/* Transitions between the host and a guest. */
#include "transition.h"

#include "arch.h"
#include "errno.h"
#include "panic.h"
#include "stock.h"
#include "trace.h"
#include "transition_priv.h"
#include "vmemmap.h"

static u64 page_at(u64 address, u64 i)
{
	return address + (i << HYP_PAGE_SHIFT);
}

static phys_addr_t guest_pa(const struct guest_s2 *guest, u64 gpa)
{
	return __guest_s2_get(guest, gpa) & PKVM_S2_ADDR;
}

static int __check_unmapped(const struct guest_s2 *guest, u64 gpa, u64 nr)
{
	int err = guest_s2_check(gpa, nr);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++)
		if (__guest_s2_get(guest, page_at(gpa, i)))
			return -HYP_EPERM;
	return 0;
}

/* Every page is mapped with just these software bits, and the vmemmap agrees. */
static int __check_mapped(const struct guest_s2 *guest, u64 gpa, u64 nr, u64 software_bits,
			  enum page_state state)
{
	int err = !nr || nr > PKVM_RANGE_PAGES ? -HYP_EINVAL : guest_s2_check(gpa, nr);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++) {
		u64 entry = __guest_s2_get(guest, page_at(gpa, i));

		if (!entry || (entry & (GUEST_S2_SHARED | GUEST_S2_BORROWED)) != software_bits)
			return -HYP_EPERM;
		HYP_ASSERT(__page_stored_state(entry & PKVM_S2_ADDR) == state);
	}
	return 0;
}

static u64 donation_cost(const struct guest_s2 *guest, phys_addr_t pa, u64 gpa, u64 nr)
{
	return __vmemmap_back_cost(pa, nr) + __host_s2_split_cost(pa, nr) +
	       __guest_s2_cost(guest, gpa, nr);
}

int __host_donate_guest(struct guest_s2 *guest, phys_addr_t pa, u64 gpa, u64 nr,
			struct hyp_ask *ask)
{
	int err = __check_host_pages(pa, nr, PAGE_HOST);

	if (!err)
		err = __check_unmapped(guest, gpa, nr);
	if (!err)
		err = __stock_reserve(ask, donation_cost(guest, pa, gpa, nr));
	if (err)
		return err;
	__vmemmap_back(pa, nr);
	__host_s2_split(pa, nr);
	__host_s2_to_guest(pa, nr, guest->handle);
	__host_s2_flush_pages(pa, nr);
	for (u64 i = 0; i < nr; i++) {
		__page_set_state(page_at(pa, i), PAGE_GUEST);
		__guest_s2_map(guest, page_at(gpa, i), page_at(pa, i), 0);
	}
	trace_pages(PKVM_TRACE_HOST, PKVM_TRACE_GUEST, nr);
	return 0;
}

/* Host's pages that no guest has, or that have room for one more. */
static int __check_shareable(phys_addr_t pa, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		int err = __check_host_pages(page_at(pa, i), 1, PAGE_SHARED_GUEST);

		if (!err && __page_count(page_at(pa, i)) == PAGE_COUNT_MAX)
			return -HYP_EOVERFLOW;
		if (err)
			err = __check_host_pages(page_at(pa, i), 1, PAGE_HOST);
		if (err)
			return err;
	}
	return 0;
}

int __host_share_guest(struct guest_s2 *guest, phys_addr_t pa, u64 gpa, u64 nr,
		       struct hyp_ask *ask)
{
	int err = !nr || nr > PKVM_RANGE_PAGES ? -HYP_EINVAL : __check_shareable(pa, nr);

	if (!err)
		err = __check_unmapped(guest, gpa, nr);
	if (!err)
		err = __stock_reserve(ask, __vmemmap_back_cost(pa, nr) +
						   __guest_s2_cost(guest, gpa, nr));
	if (err)
		return err;
	__vmemmap_back(pa, nr);
	for (u64 i = 0; i < nr; i++) {
		if (__page_stored_state(page_at(pa, i)) == PAGE_HOST)
			__page_set_state(page_at(pa, i), PAGE_SHARED_GUEST);
		__page_count_add(page_at(pa, i), 1);
		__guest_s2_map(guest, page_at(gpa, i), page_at(pa, i), GUEST_S2_BORROWED);
	}
	trace_pages(PKVM_TRACE_HOST, PKVM_TRACE_HOST_SHARED_GUEST, nr);
	return 0;
}

static void __stop_borrowing(phys_addr_t pa)
{
	if (!__page_count_add(pa, -1))
		__page_set_state(pa, PAGE_HOST);
}

int __host_unshare_guest(struct guest_s2 *guest, u64 gpa, u64 nr)
{
	int err = __check_mapped(guest, gpa, nr, GUEST_S2_BORROWED, PAGE_SHARED_GUEST);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++) {
		phys_addr_t pa = guest_pa(guest, page_at(gpa, i));

		__guest_s2_unmap(guest, page_at(gpa, i));
		__stop_borrowing(pa);
	}
	__guest_s2_flush();
	trace_pages(PKVM_TRACE_HOST_SHARED_GUEST, PKVM_TRACE_HOST, nr);
	return 0;
}

int __guest_share_host(struct guest_s2 *guest, u64 gpa, u64 nr)
{
	int err = __check_mapped(guest, gpa, nr, 0, PAGE_GUEST);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++) {
		phys_addr_t pa = guest_pa(guest, page_at(gpa, i));

		__page_set_state(pa, PAGE_GUEST_SHARED);
		__guest_s2_mark(guest, page_at(gpa, i), GUEST_S2_SHARED);
		__host_s2_lend(pa);
	}
	trace_pages(PKVM_TRACE_GUEST, PKVM_TRACE_GUEST_SHARED_HOST, nr);
	return 0;
}

int __guest_unshare_host(struct guest_s2 *guest, u64 gpa, u64 nr)
{
	int err = __check_mapped(guest, gpa, nr, GUEST_S2_SHARED, PAGE_GUEST_SHARED);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++) {
		phys_addr_t pa = guest_pa(guest, page_at(gpa, i));

		__host_s2_unlend(pa, guest->handle);
		__host_s2_flush(pa);
		__page_set_state(pa, PAGE_GUEST);
		__guest_s2_mark(guest, page_at(gpa, i), 0);
	}
	__host_s2_flush_sync();
	trace_pages(PKVM_TRACE_GUEST_SHARED_HOST, PKVM_TRACE_GUEST, nr);
	return 0;
}

/* No guest can reach the page any more. Whether it was a guest's. */
static bool __give_back(phys_addr_t pa)
{
	if (__page_stored_state(pa) == PAGE_SHARED_GUEST) {
		__stop_borrowing(pa);
		return false;
	}
	arch_scrub_page(arch_fixmap(pa));
	arch_fixmap_put();
	__page_set_state(pa, PAGE_HOST);
	__host_s2_from_guest(pa);
	return true;
}

int __host_reclaim_guest(struct guest_s2 *guest, u64 gpa, u64 nr)
{
	phys_addr_t pages[PKVM_BATCH_GUEST_PAGES];
	u64 owned = 0;
	int err = !nr || nr > PKVM_BATCH_GUEST_PAGES ? -HYP_EINVAL : guest_s2_check(gpa, nr);

	if (err)
		return err;
	for (u64 i = 0; i < nr; i++) {
		pages[i] = guest_pa(guest, page_at(gpa, i));
		if (!pages[i])
			return -HYP_EPERM;
	}
	for (u64 i = 0; i < nr; i++)
		__guest_s2_unmap(guest, page_at(gpa, i));
	__guest_s2_flush();
	for (u64 i = 0; i < nr; i++)
		owned += __give_back(pages[i]);
	if (owned)
		trace_pages(PKVM_TRACE_GUEST, PKVM_TRACE_HOST, owned);
	if (owned < nr)
		trace_pages(PKVM_TRACE_HOST_SHARED_GUEST, PKVM_TRACE_HOST, nr - owned);
	return 0;
}
