/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Self-test on the very machine: of the heap, on a small one of its own, with real pages,
 * page tables and requests; and of the ownership of pages, on one that is free. What it
 * finds is a result, never a panic.
 *
 * Its lock comes before the heap's in the lock order and is never held together
 * with the vm table's.
 */
#ifndef HYP_SELFTEST_H
#define HYP_SELFTEST_H

#include <pkvm/boot.h>

#include "heap.h"

struct selftest_result {
	u64 next;		/* step to call for, 0: done */
	u64 steps;		/* in all */
	u64 line;		/* of the step's source, where a check failed; 0: none did */
};

extern struct hyp_heap selftest_heap;

/* Once. */
void selftest_init(const struct pkvm_boot *boot);

/*
 * Runs one step: 0 begins from the start, whatever had been begun, otherwise it is
 * the last result's next. With the last step, or when a check fails, everything is
 * freed and unmapped. 0 and *ret, or
 *	-HYP_EINVAL	it is not that step's turn
 *	-HYP_ENOMEM	as heap_alloc() says; to be called for the same step again
 *	-HYP_ESHUTDOWN	teardown has begun
 */
int selftest_step(u64 step, struct hyp_ask *ask, struct selftest_result *ret);

/* Frees and unmaps what a test that was begun holds. */
void selftest_abandon(void);

#endif
