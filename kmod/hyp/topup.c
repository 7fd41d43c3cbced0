// SPDX-License-Identifier: GPL-2.0-only
/*
 * Top-up in two phases, both bounded by the size of a batch and under one hold of
 * the memory lock. The first reads and checks everything and changes nothing; the
 * second cannot fail.
 */
#include "topup.h"

#include <pkvm/hypercall.h>

#include "arch.h"
#include "errno.h"
#include "mm_priv.h"
#include "page.h"
#include "ram.h"
#include "stock.h"
#include "string.h"

#define SEEN_BITS	7
#define SEEN_SLOTS	(1U << SEEN_BITS)

_Static_assert(SEEN_SLOTS > PKVM_BATCH_PAGES, "there is always an empty slot");
_Static_assert(PKVM_BATCH_PAGES < 256, "a slot has 8 bits");

/*
 * The pages of a list, each link having been read once: later the addresses here
 * count, not the links. Pages without an entry in the vmemmap could not be marked
 * there, so that duplicates (a cycle is one, too) are found by a hash of addresses.
 */
struct batch {
	u64 nr;
	phys_addr_t pa[PKVM_BATCH_PAGES];
	u8 seen[SEEN_SLOTS];	/* open addressing: index into pa, plus 1 */
};

/* The addresses need no clearing: nobody looks behind nr. */
static void batch_init(struct batch *batch)
{
	batch->nr = 0;
	memset(batch->seen, 0, sizeof(batch->seen));
}

/* Fibonacci hashing: multiplication by 2^64 over the golden ratio. */
static unsigned int seen_slot(phys_addr_t pa)
{
	return (pa >> HYP_PAGE_SHIFT) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SEEN_BITS);
}

static int batch_add(struct batch *batch, phys_addr_t pa)
{
	unsigned int slot = seen_slot(pa);

	for (; batch->seen[slot]; slot = (slot + 1) % SEEN_SLOTS)
		if (batch->pa[batch->seen[slot] - 1] == pa)
			return -HYP_EEXIST;
	batch->pa[batch->nr++] = pa;
	batch->seen[slot] = batch->nr;
	return 0;
}

static int __check_page(phys_addr_t pa)
{
	return __page_state(pa) == PAGE_HOST ? 0 : -HYP_EPERM;
}

static phys_addr_t read_link(phys_addr_t pa)
{
	phys_addr_t link = READ_ONCE(*(u64 *)arch_fixmap(pa));

	arch_fixmap_put();
	return link;
}

static int __check_list(struct batch *batch, phys_addr_t pa, u64 nr)
{
	for (; nr; nr--) {
		int err = pa == PKVM_LIST_END ? -HYP_EINVAL : ram_check(pa, 1);

		if (!err)
			err = __check_page(pa);
		if (!err)
			err = batch_add(batch, pa);
		if (err)
			return err;
		pa = read_link(pa);
	}
	return pa == PKVM_LIST_END ? 0 : -HYP_EINVAL;
}

static int __check_range(phys_addr_t pa, u64 nr)
{
	int err = ram_check(pa, nr);

	for (; !err && nr; nr--, pa += HYP_PAGE_SIZE)
		err = __check_page(pa);
	return err;
}

static int __check_call(u64 nr, u64 max, u64 flags)
{
	if (mm.closing)
		return -HYP_ESHUTDOWN;
	return !nr || nr > max || (flags & ~PKVM_TOPUP_CREDIT) ? -HYP_EINVAL : 0;
}

/* Returns how many pages the stock gains. */
static u64 __take(phys_addr_t pa)
{
	if (__page_feed(pa))
		return 0;
	__stock_put(pa, STOCK_DIRTY);
	return 1;
}

static void __count_topup(u64 nr, u64 flags, u64 joined)
{
	mm.count.owned += nr;
	mm.count.topped_up += nr;
	mm.count.topups++;
	if (flags & PKVM_TOPUP_CREDIT)
		__stock_credit(joined);
}

int topup_list(phys_addr_t head, u64 nr, u64 flags, u64 *ret_joined)
{
	struct batch batch;
	u64 joined = 0;
	int err;

	batch_init(&batch);
	hyp_spin_lock(&mm_lock);
	err = __check_call(nr, PKVM_BATCH_PAGES, flags);
	if (!err)
		err = __check_list(&batch, head, nr);
	if (err) {
		mm.count.topup_refused++;
	} else {
		for (u64 i = 0; i < nr; i++)
			joined += __take(batch.pa[i]);
		__count_topup(nr, flags, joined);
		*ret_joined = joined;
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}

int topup_range(phys_addr_t pa, u64 nr, u64 flags, u64 *ret_joined)
{
	u64 joined = 0;
	int err;

	hyp_spin_lock(&mm_lock);
	err = __check_call(nr, PKVM_RANGE_PAGES, flags);
	if (!err)
		err = __check_range(pa, nr);
	if (err) {
		mm.count.topup_refused++;
	} else {
		for (u64 i = 0; i < nr; i++)
			joined += __take(pa + (i << HYP_PAGE_SHIFT));
		__count_topup(nr, flags, joined);
		*ret_joined = joined;
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}
