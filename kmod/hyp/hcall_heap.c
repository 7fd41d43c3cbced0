// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls that look into the heaps: map, check, self-test. */
#include "hcall.h"

#include "errno.h"
#include "heap.h"
#include "init.h"
#include "selftest.h"

/* Chunks that one call of HEAP_CHECK verifies. */
#define CHECK_BUDGET	256

/* The check in progress: a new one ends the one before. Its lock comes before the heap's. */
static struct {
	struct hyp_spinlock lock;
	u64 cursor;		/* of its next call; never used twice, see -HYP_EBUSY below */
	bool active;
	struct heap_check state;
} check;

int hcall_heap_map(struct hcall *call)
{
	u64 cursor = call->arg[1];
	int nr = heap_map_next(&main_heap, &cursor, &call->ret[4]);

	if (nr < 0)
		return nr;
	call->ret[2] = cursor;
	call->ret[3] = nr;
	return 0;
}

static int __check_next(u64 cursor, struct hcall *call)
{
	if (cursor > check.cursor)
		return -HYP_EINVAL;
	if (cursor && (cursor != check.cursor || !check.active))
		return -HYP_EBUSY;
	if (!cursor)
		heap_check_start(&main_heap, &check.state);
	check.active = heap_check_step(&main_heap, &check.state, CHECK_BUDGET);
	check.cursor++;
	if (check.active) {
		call->ret[2] = check.cursor;
		return 0;
	}
	call->ret[3] = check.state.result;
	call->ret[4] = check.state.offset;
	return 0;
}

int hcall_heap_check(struct hcall *call)
{
	int err;

	hyp_spin_lock(&check.lock);
	err = __check_next(call->arg[1], call);
	hyp_spin_unlock(&check.lock);
	return err;
}

int hcall_selftest(struct hcall *call)
{
	struct selftest_result result;
	int err = selftest_step(call->arg[1], &call->ask, &result);

	if (err)
		return err;
	call->ret[2] = result.next;
	call->ret[3] = result.steps;
	call->ret[4] = result.line;
	return 0;
}
