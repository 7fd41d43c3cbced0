// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test's steps: those about the heap, then the others. Each allocates at most once and before it changes or
 * checks anything, so that it can be called again when pages were missing.
 */
#include "selftest.h"

#include "errno.h"
#include "mm.h"
#include "selftest_own.h"
#include "string.h"
#include "trace.h"

/* Three neighbours; the middle one has pages of its own that can be unmapped. */
enum object_id {
	SMALL,
	LARGE,
	LAST,
	OBJECTS
};

static const u64 sizes[OBJECTS] = {
	[SMALL] = 100,
	[LARGE] = 5 * HYP_PAGE_SIZE,
	[LAST] = 64,
};

struct hyp_heap selftest_heap;

static struct {
	struct hyp_spinlock lock;
	u64 next;			/* whose turn it is, 0: only the start's */
	u8 *object[OBJECTS];		/* NULL: not allocated */
} test;

/* In a function that returns the line of the check that failed, or else 0 or a negative errno. */
#define EXPECT(cond)			\
	do {				\
		if (!(cond))		\
			return __LINE__; \
	} while (0)

static bool all_bytes(enum object_id id, u8 value)
{
	for (u64 i = 0; i < sizes[id]; i++)
		if (test.object[id][i] != value)
			return false;
	return true;
}

static u8 pattern(enum object_id id)
{
	return 0xa0 + id;
}

static int get_object(enum object_id id, struct hyp_ask *ask)
{
	void *object;
	int err = heap_alloc(&selftest_heap, sizes[id], ask, &object);

	if (err == -HYP_ENOMEM)
		return err;
	EXPECT(!err);
	test.object[id] = object;
	EXPECT(IS_ALIGNED((u64)object, 16));
	EXPECT(all_bytes(id, 0));
	memset(object, pattern(id), sizes[id]);
	return 0;
}

static int put_object(enum object_id id)
{
	u8 *object = test.object[id];

	test.object[id] = NULL;
	return heap_free(&selftest_heap, object);
}

static struct pkvm_heap_stats stats(void)
{
	struct pkvm_heap_stats stats;

	heap_stats(&selftest_heap, &stats);
	return stats;
}

static int step_small(struct hyp_ask *ask)
{
	return get_object(SMALL, ask);
}

static int step_large(struct hyp_ask *ask)
{
	return get_object(LARGE, ask);
}

static int step_last(struct hyp_ask *ask)
{
	int ret = get_object(LAST, ask);

	if (ret)
		return ret;
	EXPECT(stats().chunks_used == OBJECTS);
	EXPECT(stats().used == sizes[SMALL] + sizes[LARGE] + sizes[LAST]);
	return 0;
}

static int step_bad_sizes(struct hyp_ask *ask)
{
	void *object;

	EXPECT(heap_alloc(&selftest_heap, 0, ask, &object) == -HYP_EINVAL);
	EXPECT(heap_alloc(&selftest_heap, PKVM_SELFTEST_HEAP_SIZE, ask, &object) == -HYP_ENOSPC);
	EXPECT(heap_alloc(&selftest_heap, UINT64_MAX, ask, &object) == -HYP_ENOSPC);
	EXPECT(stats().chunks_used == OBJECTS);
	return 0;
}

static int step_bad_frees(struct hyp_ask *ask)
{
	u64 misuses = stats().misuses;
	u8 *large = test.object[LARGE];

	(void)ask;
	EXPECT(heap_free(&selftest_heap, NULL) == -HYP_EINVAL);
	EXPECT(heap_free(&selftest_heap, large + 1) == -HYP_EINVAL);
	EXPECT(heap_free(&selftest_heap, large + 16) == -HYP_EINVAL);
	EXPECT(heap_free(&selftest_heap, &test) == -HYP_EINVAL);
	EXPECT(heap_free(&selftest_heap, (u8 *)selftest_heap.va + PKVM_SELFTEST_HEAP_SIZE - 16) ==
	       -HYP_EINVAL);
	EXPECT(stats().misuses == misuses + 5);
	EXPECT(stats().chunks_used == OBJECTS);
	return 0;
}

static int step_free_twice(struct hyp_ask *ask)
{
	u8 *large = test.object[LARGE];

	(void)ask;
	EXPECT(put_object(LARGE) == 0);
	EXPECT(heap_free(&selftest_heap, large) == -HYP_EINVAL);
	EXPECT(stats().chunks_used == OBJECTS - 1);
	return 0;
}

/* Between its neighbours the free chunk becomes a hole. */
static int step_hole(struct hyp_ask *ask)
{
	u64 pages = heap_reclaimable(&selftest_heap);

	(void)ask;
	EXPECT(pages);
	EXPECT(heap_reclaim(&selftest_heap, pages) == pages);
	EXPECT(stats().holes == 1);
	EXPECT(all_bytes(SMALL, pattern(SMALL)));
	EXPECT(all_bytes(LAST, pattern(LAST)));
	return 0;
}

static int step_free_all(struct hyp_ask *ask)
{
	(void)ask;
	for (enum object_id id = 0; id < OBJECTS; id++)
		EXPECT(put_object(id) == 0);
	EXPECT(stats().chunks_used == 0);
	EXPECT(stats().used == 0);
	heap_reclaim(&selftest_heap, UINT64_MAX);
	EXPECT(stats().mapped == 0);
	return 0;
}

static int (*const steps[])(struct hyp_ask *ask) = {
	step_small,
	step_large,
	step_last,
	step_bad_sizes,
	step_bad_frees,
	step_free_twice,
	step_hole,
	step_large,	/* maps pages, zeroed, where some were unmapped */
	step_free_all,
};

#define STEPS	(ARRAY_SIZE(steps) + SELFTEST_OWN_STEPS)

static int run(u64 step, struct hyp_ask *ask)
{
	u64 offset;
	int ret = step < ARRAY_SIZE(steps) ? steps[step](ask) :
					     selftest_own(step - ARRAY_SIZE(steps), ask);

	if (ret)
		return ret;
	EXPECT(heap_check(&selftest_heap, &offset) == PKVM_CHECK_OK);
	return 0;
}

static void __abandon(void)
{
	for (enum object_id id = 0; id < OBJECTS; id++)
		if (test.object[id])
			put_object(id);
	heap_reclaim(&selftest_heap, UINT64_MAX);
	test.next = 0;
}

static int __selftest_step(u64 step, struct hyp_ask *ask, struct selftest_result *ret)
{
	int result;

	if (mm_closing())
		return -HYP_ESHUTDOWN;
	if (step && step != test.next)
		return -HYP_EINVAL;
	if (!step)
		__abandon();
	result = run(step, ask);
	if (result < 0)
		return result;
	*ret = (struct selftest_result){ .steps = STEPS, .line = result };
	if (result || step + 1 == STEPS)
		__abandon();
	else
		test.next = step + 1;
	ret->next = test.next;
	return 0;
}

int selftest_step(u64 step, struct hyp_ask *ask, struct selftest_result *ret)
{
	int err;

	hyp_spin_lock(&test.lock);
	err = __selftest_step(step, ask, ret);
	hyp_spin_unlock(&test.lock);
	return err;
}

void selftest_abandon(void)
{
	hyp_spin_lock(&test.lock);
	__abandon();
	hyp_spin_unlock(&test.lock);
}

void selftest_init(const struct pkvm_boot *boot)
{
	test.next = 0;
	for (enum object_id id = 0; id < OBJECTS; id++)
		test.object[id] = NULL;
	heap_init(&selftest_heap, boot->va_base + PKVM_VA_SELFTEST, PKVM_SELFTEST_HEAP_SIZE,
		  boot->heap_key);
	selftest_heap.trace_id = PKVM_TRACE_HEAP_SELFTEST;
}
