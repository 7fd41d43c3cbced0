// SPDX-License-Identifier: GPL-2.0-only
/*
 * Top-up in two phases, both bounded by the size of a batch and under one hold of
 * the memory lock. The first reads and checks everything and changes nothing; the
 * second cannot fail. It unmaps all pages from the host's stage-2 and invalidates the
 * TLBs before it looks at one again: until then the host may write to them.
 */
#include "topup.h"

#include <pkvm/hypercall.h>

#include "arch.h"
#include "errno.h"
#include "host_s2.h"
#include "mm_priv.h"
#include "page.h"
#include "pte.h"
#include "ram.h"
#include "stock.h"
#include "string.h"
#include "trace.h"

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

/* Every view has to say so: the stage-2 decides, and then the vmemmap has no state for them. */
static int __check_pages(phys_addr_t pa, u64 nr)
{
	if (!__host_s2_owns(pa, nr))
		return -HYP_EPERM;
	for (; nr; nr--, pa += HYP_PAGE_SIZE)
		if (__page_stored_state(pa) != PAGE_HOST)
			return -HYP_EPERM;
	return 0;
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
			err = __check_pages(pa, 1);
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

	return err ? err : __check_pages(pa, nr);
}

static int __check_call(u64 nr, u64 max, u64 flags)
{
	if (mm.closing)
		return -HYP_ESHUTDOWN;
	return !nr || nr > max || (flags & ~PKVM_TOPUP_CREDIT) ? -HYP_EINVAL : 0;
}

static void write_link(phys_addr_t pa, phys_addr_t link)
{
	*(u64 *)arch_fixmap(pa) = link;
	arch_fixmap_put();
}

/*
 * The host cannot reach the page any more, and it is no table. It serves what is missing
 * first, and otherwise joins the stock.
 */
static void __use(phys_addr_t pa, struct topup *ret)
{
	if (__page_feed(pa))
		return;
	__stock_put(pa, STOCK_DIRTY);
	ret->joined++;
}

static void __take_list(struct batch *batch, struct topup *ret)
{
	u64 unmapped = 0;

	for (u64 i = 0; i < batch->nr; i++) {
		phys_addr_t pa = batch->pa[i];

		switch (__host_s2_take(pa)) {
		case S2_TAKEN:
			batch->pa[unmapped++] = pa;
			break;
		case S2_TABLE:
			break;
		case S2_REFUSED:
			write_link(pa, ret->left);
			ret->left = pa;
			ret->nr_left++;
			break;
		}
	}
	for (u64 i = 0; i < unmapped; i++)
		__host_s2_flush(batch->pa[i]);
	__host_s2_flush_sync();
	for (u64 i = 0; i < unmapped; i++)
		if (!__host_s2_adopt(batch->pa[i]))
			__use(batch->pa[i], ret);
	ret->taken = batch->nr - ret->nr_left;
}

/* Pages of one 2 MiB block: all of it, or a part. False: nothing is taken. */
static bool __take_part(phys_addr_t pa, u64 nr, struct topup *ret)
{
	enum s2_take first = nr == PTE_ENTRIES ? __host_s2_take_block(pa) : __host_s2_take(pa);
	u64 at;

	if (first == S2_REFUSED)
		return false;
	/* Where the first one could be taken, the others only need their own entries. */
	for (u64 i = 1; i < nr && nr < PTE_ENTRIES; i++)
		__host_s2_take(pa + (i << HYP_PAGE_SHIFT));
	__host_s2_flush_part(pa, nr);
	ret->taken += nr;
	/* One is a table already, and the GiB that they are all in takes another, if any. */
	at = first == S2_TABLE;
	at += at < nr && __host_s2_adopt(pa + (at << HYP_PAGE_SHIFT));
	for (; at < nr; at++)
		__use(pa + (at << HYP_PAGE_SHIFT), ret);
	return true;
}

static void __take_range(phys_addr_t pa, u64 nr, struct topup *ret)
{
	while (nr) {
		u64 part = min_u64(nr, PTE_ENTRIES - (pa >> HYP_PAGE_SHIFT) % PTE_ENTRIES);

		if (!__take_part(pa, part, ret)) {
			ret->left = pa;
			ret->nr_left = nr;
			return;
		}
		pa += part << HYP_PAGE_SHIFT;
		nr -= part;
	}
}

static void __count_topup(const struct topup *done, u64 flags)
{
	mm.count.owned += done->taken;
	mm.count.topped_up += done->taken;
	mm.count.topups += done->taken > 0;
	if (done->taken)
		trace_pages(PKVM_TRACE_HOST, PKVM_TRACE_HYP, done->taken);
	if (flags & PKVM_TOPUP_CREDIT)
		__stock_credit(done->joined);
}

int __topup_page(phys_addr_t pa)
{
	struct topup done = { .left = PKVM_LIST_END };
	int err = __check_range(pa, 1);

	if (err)
		return err;
	__take_range(pa, 1, &done);
	mm.count.owned += done.taken;
	return done.taken ? 0 : -HYP_EPERM;
}

int topup_list(phys_addr_t head, u64 nr, u64 flags, struct topup *ret)
{
	struct batch batch;
	int err;

	batch_init(&batch);
	*ret = (struct topup){ .left = PKVM_LIST_END };
	hyp_spin_lock(&mm_lock);
	err = __check_call(nr, PKVM_BATCH_PAGES, flags);
	if (!err)
		err = __check_list(&batch, head, nr);
	if (err) {
		mm.count.topup_refused++;
	} else {
		__take_list(&batch, ret);
		__count_topup(ret, flags);
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}

int topup_range(phys_addr_t pa, u64 nr, u64 flags, struct topup *ret)
{
	int err;

	*ret = (struct topup){ .left = PKVM_LIST_END };
	hyp_spin_lock(&mm_lock);
	err = __check_call(nr, PKVM_RANGE_PAGES, flags);
	if (!err)
		err = __check_range(pa, nr);
	if (err) {
		mm.count.topup_refused++;
	} else {
		__take_range(pa, nr, ret);
		__count_topup(ret, flags);
	}
	hyp_spin_unlock(&mm_lock);
	return err;
}
