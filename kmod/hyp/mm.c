// SPDX-License-Identifier: GPL-2.0-only
/* EL2's memory as a whole: its lock, its start and its figures. */
#include "mm_priv.h"

#include "errno.h"
#include "host_fault.h"
#include "host_s2.h"
#include "page.h"
#include "pgtable.h"
#include "ram.h"
#include "stock.h"
#include "trace.h"
#include "vmemmap.h"

struct hyp_spinlock mm_lock;
struct mm mm;

void mm_init(const struct pkvm_boot *boot)
{
	host_s2_init(boot);
	host_fault_init(boot);
	page_init();
	vmemmap_init(boot);
	stock_init();
	mm = (struct mm){
		.boot = boot,
		.count = { .owned = boot->boot_pages, .boot = boot->boot_pages },
	};
}

int mm_close(void)
{
	int err = -HYP_EBUSY;

	hyp_spin_lock(&mm_lock);
	if (!__page_total(PAGE_SHARED_HYP)) {
		mm.closing = true;
		__stock_credit_give_up(UINT64_MAX);
		err = 0;
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}

bool mm_closing(void)
{
	return READ_ONCE(mm.closing);
}

void mm_count_request(u64 pages)
{
	hyp_spin_lock(&mm_lock);
	mm.count.requests++;
	mm.count.requested += pages;
	hyp_spin_unlock(&mm_lock);
}

void mm_stats(struct pkvm_mem_stats *ret)
{
	u64 vms = ret->vms, vcpus = ret->vcpus;

	hyp_spin_lock(&mm_lock);
	*ret = mm.count;
	ret->stock = __page_total(PAGE_STOCK);
	ret->credited = __stock()->credited;
	ret->heap = __page_total(PAGE_HEAP);
	ret->tables = __page_total(PAGE_TABLE) + __page_total(PAGE_GUEST_S2) + __host_s2_tables();
	ret->vmemmap_pages = __vmemmap_pages();
	hyp_spin_unlock(&mm_lock);
	ret->vms = vms;
	ret->vcpus = vcpus;
}

static u64 ram_pages(void)
{
	u64 bytes = 0;

	for (u64 i = 0; i < mm.boot->nr_ram; i++)
		bytes += mm.boot->ram[i].size;
	return bytes >> HYP_PAGE_SHIFT;
}

void mm_page_stats(struct pkvm_page_stats *ret)
{
	hyp_spin_lock(&mm_lock);
	__host_s2_stats(ret);
	__host_fault_stats(ret);
	ret->shared_hyp = __page_total(PAGE_SHARED_HYP);
	ret->shared_guest = __page_total(PAGE_SHARED_GUEST);
	hyp_spin_unlock(&mm_lock);
	ret->host_pages = ram_pages() - ret->hyp_pages - ret->guest_pages;
}

/* The ABI tells a page's state as it is. */
#define SAME(use, state)	_Static_assert((int)(use) == (int)(state), #use)
SAME(PKVM_USE_HOST, PAGE_HOST);
SAME(PKVM_USE_STOCK, PAGE_STOCK);
SAME(PKVM_USE_HEAP, PAGE_HEAP);
SAME(PKVM_USE_TABLE, PAGE_TABLE);
SAME(PKVM_USE_VMEMMAP, PAGE_VMEMMAP);
SAME(PKVM_USE_HOST_S2, PAGE_HOST_S2);
SAME(PKVM_USE_GUEST_S2, PAGE_GUEST_S2);
SAME(PKVM_USE_SHARED_HYP, PAGE_SHARED_HYP);
SAME(PKVM_USE_SHARED_GUEST, PAGE_SHARED_GUEST);
SAME(PKVM_USE_GUEST, PAGE_GUEST);
SAME(PKVM_USE_GUEST_SHARED, PAGE_GUEST_SHARED);

static enum pkvm_owner owner_in(enum page_state state)
{
	switch (state) {
	case PAGE_HOST:
	case PAGE_SHARED_HYP:
	case PAGE_SHARED_GUEST:
		return PKVM_OWNER_HOST;
	case PAGE_GUEST:
	case PAGE_GUEST_SHARED:
		return PKVM_OWNER_GUEST;
	default:
		return PKVM_OWNER_HYP;
	}
}

static void __page_info(phys_addr_t pa, struct page_info *ret)
{
	enum page_state state = __page_state(pa);

	*ret = (struct page_info){
		.owner = owner_in(state),
		.use = (enum pkvm_use)state,
		.count = __page_count(pa),
	};
	if (state == PAGE_HOST_S2 && __host_s2_is_table(pa))
		ret->count = __host_s2_table_count(pa);
}

int mm_page_info(phys_addr_t pa, struct page_info *ret)
{
	int err = ram_check(pa, 1);

	if (err == -HYP_EPERM) {
		*ret = (struct page_info){ .owner = PKVM_OWNER_HYP, .use = PKVM_USE_BOOT };
		return 0;
	}
	if (err)
		return err;
	hyp_spin_lock(&mm_lock);
	__page_info(pa, ret);
	hyp_spin_unlock(&mm_lock);
	return 0;
}

void mm_scrub_all(void)
{
	u64 base = mm.boot->va_base;

	/* What EL2 knows of the rings is on the heap. */
	trace_enable(0);
	pgtable_scrub(base + PKVM_VA_HEAP, mm.boot->heap_size);
	pgtable_scrub(base + PKVM_VA_SELFTEST, PKVM_SELFTEST_HEAP_SIZE);
}
