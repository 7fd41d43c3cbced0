/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A heap in the fake environment, for the heap's unit tests. */
#ifndef HEAP_FIXTURE_H
#define HEAP_FIXTURE_H

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fake/heap_env.h"
#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/heap.h"
#include "suite.h"

/*
 * As ck_assert and ck_assert_uint_eq, but free of charge while they hold: Check
 * logs each assertion that it passes, which a million operations cannot afford.
 */
#define EXPECT(cond)							\
	do {								\
		if (!(cond))						\
			ck_abort_msg("not so: %s", #cond);		\
	} while (0)
#define EXPECT_EQ(a, b)							\
	do {								\
		s64 a_ = (s64)(a), b_ = (s64)(b);			\
									\
		if (a_ != b_)						\
			ck_abort_msg("%s is %" PRId64 ", %s is %" PRId64, #a, a_, #b, b_); \
	} while (0)

#define PLENTY		(UINT64_C(1) << 30)	/* pages: more than any heap takes */
#define HEADER		UINT64_C(16)

static const u64 test_key[2] = { UINT64_C(0x0123456789abcdef), UINT64_C(0x5bd1e995c2b2ae35) };
static struct hyp_heap heap;

static inline void start_heap(u64 size)
{
	heap_env_start(size, PLENTY);
	heap_init(&heap, heap_env.va, size, test_key);
}

static inline void stop_heap(void)
{
	heap_env_stop();
}

static inline void assert_heap_sound(void)
{
	struct pkvm_heap_stats stats;
	u64 offset;
	enum pkvm_check found = heap_check(&heap, &offset);

	if (found != PKVM_CHECK_OK)
		ck_abort_msg("check says %d at offset %#" PRIx64, found, offset);
	heap_stats(&heap, &stats);
	EXPECT_EQ(stats.mapped, heap_env.mapped << HYP_PAGE_SHIFT);
}

static inline void *get(u64 size)
{
	struct hyp_ask ask = { 0 };
	void *p = NULL;

	EXPECT_EQ(heap_alloc(&heap, size, &ask, &p), 0);
	return p;
}

static inline void put(void *p)
{
	EXPECT_EQ(heap_free(&heap, p), 0);
}

static inline u64 offset_of(const void *p)
{
	return (uintptr_t)p - heap_env.va;
}

/* Everything that a refused call must leave alone: the heap's state and its memory. */
struct snapshot {
	struct hyp_heap heap;
	struct heap_env env;
	u8 *memory;
};

static inline u8 *heap_memory(u64 offset)
{
	return (u8 *)(uintptr_t)heap_env.va + offset;
}

static inline struct snapshot take_snapshot(void)
{
	struct snapshot snap = { .heap = heap, .env = heap_env, .memory = malloc(heap_env.size) };

	ck_assert_ptr_nonnull(snap.memory);
	for (u64 off = 0; off < heap_env.size; off += HYP_PAGE_SIZE)
		if (heap_env.is_mapped[off >> HYP_PAGE_SHIFT])
			memcpy(snap.memory + off, heap_memory(off), HYP_PAGE_SIZE);
	return snap;
}

/* Compares all but the counts of refusals and the lock's tickets, and ends the snapshot. */
static inline void assert_unchanged(struct snapshot *snap)
{
	snap->heap.lock = heap.lock;
	snap->heap.stats.failures = heap.stats.failures;
	snap->heap.stats.misuses = heap.stats.misuses;
	ck_assert_mem_eq(&snap->heap, &heap, sizeof(heap));
	ck_assert_uint_eq(snap->env.stock, heap_env.stock);
	ck_assert_uint_eq(snap->env.reserved, heap_env.reserved);
	ck_assert_uint_eq(snap->env.mapped, heap_env.mapped);
	for (u64 off = 0; off < heap_env.size; off += HYP_PAGE_SIZE)
		if (heap_env.is_mapped[off >> HYP_PAGE_SHIFT])
			EXPECT(!memcmp(snap->memory + off, heap_memory(off), HYP_PAGE_SIZE));
	free(snap->memory);
}

/* A small repeatable random generator (splitmix64). */
static inline u64 next_random(u64 *state)
{
	u64 z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline u64 random_below(u64 *state, u64 limit)
{
	return next_random(state) % limit;
}

#endif
