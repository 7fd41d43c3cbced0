/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's memory: the page stock that every need is served from, and the mapping
 * of stock pages into EL2's private VA ranges. All of it is under one lock, the
 * memory lock, the innermost in the lock order (spinlock.h); the functions here
 * take it themselves.
 *
 * What is in the stock is zero but for its list link, and so is what comes out
 * of hyp_map(): a page is cleared once, on its way in.
 */
#ifndef HYP_MM_H
#define HYP_MM_H

#include <pkvm/boot.h>

#include "spinlock.h"
#include "types.h"

/* The memory lock. */
extern struct hyp_spinlock mm_lock;

/* What one hypercall may take of the stock, and what it lacked. */
struct hyp_ask {
	u64 credit;	/* in: credited pages the caller brings; out: 0, given up */
	u64 shortage;	/* out: pages missing, when a reserve was refused with -ENOMEM */
};

/*
 * Prepare: sets nr pages of the stock aside for this CPU's hypercall. 0, or
 * -HYP_ENOMEM with nothing taken: ask->shortage says how many pages are missing,
 * or is 0 once teardown has begun and there will be no more. The credit is given
 * up either way.
 *
 * What it set aside must be used up by hyp_map() before the hypercall ends.
 */
int hyp_reserve(struct hyp_ask *ask, u64 nr);

/*
 * The pages that hyp_map() of this range takes: its pages and the page tables that
 * are missing. It stays true as long as the caller keeps out all others that map
 * or unmap in the same region (the heap's lock does).
 */
u64 hyp_map_cost(u64 va, u64 nr_pages);

/*
 * Commit: maps zeroed pages read-write at a page-aligned range that is not mapped.
 * The caller has reserved hyp_map_cost(); cannot fail.
 */
void hyp_map(u64 va, u64 nr_pages);

/*
 * Zeroes a page-aligned range that is mapped whole, unmaps it, invalidates the TLBs
 * once, and returns pages and emptied page tables to the stock. The memory lock is
 * held for a time that grows with nr_pages: callers keep to about a batch.
 */
void hyp_unmap(u64 va, u64 nr_pages);

/*
 * Whether a page of EL2's private VA ranges is mapped. O(1); for any va, canonical
 * or not. The answer holds as long as the caller keeps others from mapping and
 * unmapping there: a heap asks about its own range, under its own lock.
 */
bool hyp_mapped(u64 va);

/* Once, before anything else here. Keeps the boot record. */
void mm_init(const struct pkvm_boot *boot);

/*
 * Teardown begins, for good: no page comes in and none is set aside any more, and
 * no credit is kept. Who must not begin anything afterwards asks mm_closing() under
 * the lock that mm_close() is called with. -HYP_EBUSY, unchanged: the host shares pages.
 */
int mm_close(void);
bool mm_closing(void);

/* Counts a hyp request that a call returns. */
void mm_count_request(u64 pages);

/* A consistent copy of the counters; vms and vcpus are left as they are. */
void mm_stats(struct pkvm_mem_stats *ret);

/* A consistent copy of the figures about owners and the host's stage-2. */
void mm_page_stats(struct pkvm_page_stats *ret);

/* What is known of a page. */
struct page_info {
	enum pkvm_owner owner;
	enum pkvm_use use;
	unsigned int count;
};

/* pa: from the host, any value. 0, or as ram_check() but for pages of the image, which are told. */
int mm_page_info(phys_addr_t pa, struct page_info *ret);

/*
 * For a crash kexec: clears whatever a heap has mapped, and ends the trace. The other CPUs have
 * been stopped anywhere, nobody waits for them: takes no lock, trusts only the page tables. The
 * stock needs no clearing, it is zero but for its links.
 */
void mm_scrub_all(void);

#endif
