/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics: EL2's, fetched when asked for, and what the host counts itself since load. */
#ifndef PKVM_KMOD_STATS_H
#define PKVM_KMOD_STATS_H

#include <linux/types.h>

#include <pkvm/hypercall.h>

/* Pages are 4 KiB. */
enum pkvm_count {
	/* Hyp requests answered or not, by cause: in the order of enum pkvm_req_cause. */
	PKVM_COUNT_REQ_OTHER,
	PKVM_COUNT_REQ_VM,
	PKVM_COUNT_REQ_VCPU,
	PKVM_COUNT_REQ_SELFTEST,
	PKVM_COUNT_REQ_PAGES,		/* pages they asked for */
	PKVM_COUNT_REQ_RETRIES,		/* calls made again after a top-up */
	PKVM_COUNT_REQ_FAILURES,	/* calls given up after a request */
	PKVM_COUNT_TOPUP_RANGE,		/* pages donated in contiguous blocks */
	PKVM_COUNT_TOPUP_LIST,		/* pages donated in lists */
	PKVM_COUNT_TOPUP_FAILURES,	/* top-ups that fell short */
	PKVM_COUNT_ALLOC_FAILURES,	/* times the page allocator had no page for a list */
	PKVM_COUNT_RECLAIMS,		/* pkvm_reclaim() calls */
	PKVM_COUNT_RECLAIMED,		/* pages that came back by them */
	PKVM_COUNT_SHRINKS,		/* shrinker scans but those left */
	PKVM_COUNT_SHRUNK,		/* pages that EL2 gave back by them */
	PKVM_COUNT_SHRINK_BACKOFFS,	/* scans left, as the task was topping up */
	PKVM_COUNT_VMS_CREATED,
	PKVM_COUNT_VMS_DESTROYED,
	PKVM_COUNT_DONATED,		/* pages EL2 took, ever */
	PKVM_COUNT_RETURNED,		/* pages that came back, ever, teardown's included */
	PKVM_COUNTS
};

/* Any context. */
void pkvm_count(enum pkvm_count what, s64 n);
u64 pkvm_counted(enum pkvm_count what);

/*
 * Pages donated and not returned: what EL2 must have beyond its boot pages. Exact
 * while nobody tops up or reclaims.
 */
s64 pkvm_pages_out(void);

/* From EL2. Any context. Return 0 or what pkvm_hcall() returned, with *ret untouched. */
int pkvm_stats_heap(struct pkvm_heap_stats *ret);
int pkvm_stats_mem(struct pkvm_mem_stats *ret);
int pkvm_stats_pages(struct pkvm_page_stats *ret);
int pkvm_stats_cpus(struct pkvm_cpu_stats *ret);
int pkvm_stats_vm(u32 handle, struct pkvm_vm_info *ret);

#endif
