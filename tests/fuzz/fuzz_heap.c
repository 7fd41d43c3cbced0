// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: the input is a sequence of operations on a small heap, the
 * whole heap is checked after each, and the contents of live blocks when they go.
 *
 * An operation is three bytes: what, and a 16-bit argument. Inputs are cut off
 * after MAX_OPS operations.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../unit/fake/heap_env.h"
#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/heap.h"
#include "require.h"

#define HEAP_SIZE	PKVM_HEAP_MIN_SIZE
#define MAX_BLOCKS	64
#define MAX_OPS		400

struct block {
	u8 *p;
	u64 size;
};

struct run {
	struct hyp_heap heap;
	struct block block[MAX_BLOCKS];
	u64 used;
	u64 cursor;		/* of a walk over the map in progress */
	struct heap_check check;	/* in progress beside the whole ones */
};

static void require_filled(const u8 *p, u64 size, u8 with)
{
	REQUIRE(p[0] == with && !memcmp(p, p + 1, size - 1));
}

static u8 fill_of(const struct run *run, const struct block *b)
{
	return b - run->block + 1;
}

static void do_alloc(struct run *run, struct block *b, u64 size)
{
	struct hyp_ask ask = { 0 };
	struct pkvm_heap_stats stats;
	void *p;
	int err = heap_alloc(&run->heap, size, &ask, &p);

	if (err == -HYP_ENOMEM) {
		heap_env.stock += ask.shortage;
		err = heap_alloc(&run->heap, size, &ask, &p);
		REQUIRE(!err && !heap_env.stock);
	}
	heap_stats(&run->heap, &stats);
	if (err) {
		REQUIRE(err == (size ? -HYP_ENOSPC : -HYP_EINVAL));
		REQUIRE(!size || size + 16 > stats.largest_free);
		return;
	}
	require_filled(p, size, 0);
	memset(p, fill_of(run, b), size);
	*b = (struct block){ .p = p, .size = size };
	run->used += size;
}

static void do_free(struct run *run, struct block *b)
{
	require_filled(b->p, b->size, fill_of(run, b));
	REQUIRE(!heap_free(&run->heap, b->p));
	REQUIRE(heap_free(&run->heap, b->p) == -HYP_EINVAL);
	run->used -= b->size;
	b->p = NULL;
}

static void do_misuse(struct run *run, u64 offset)
{
	u8 *p = (u8 *)(uintptr_t)heap_env.va + offset;

	for (unsigned int i = 0; i < MAX_BLOCKS; i++)
		if (run->block[i].p == p)
			return;
	REQUIRE(heap_free(&run->heap, p) == -HYP_EINVAL);
}

static void do_reclaim(struct run *run, u64 target)
{
	u64 before = heap_reclaimable(&run->heap), mapped = heap_env.mapped;
	u64 done = heap_reclaim(&run->heap, target);

	REQUIRE(done <= target && done >= min_u64(target, before));
	REQUIRE(mapped - heap_env.mapped == done);
	heap_env.stock = 0;
}

static void do_map(struct run *run)
{
	u64 entries[2 * PKVM_MAP_ENTRIES];

	REQUIRE(heap_map_next(&run->heap, &run->cursor, entries) > 0);
}

static void do_check_step(struct run *run, u64 budget)
{
	if (heap_check_step(&run->heap, &run->check, budget))
		return;
	REQUIRE(run->check.result == PKVM_CHECK_OK || run->check.result == PKVM_CHECK_BUSY);
	heap_check_start(&run->heap, &run->check);
}

static void do_op(struct run *run, u8 what, u16 arg)
{
	struct block *b = &run->block[what % MAX_BLOCKS];

	switch (what / MAX_BLOCKS) {
	case 0:
		if (b->p)
			do_free(run, b);
		else
			do_alloc(run, b, arg);
		break;
	case 1:
		/* Sizes around whole pages: where the borders are. */
		if (!b->p)
			do_alloc(run, b, (arg % 64 << HYP_PAGE_SHIFT) + arg / 64);
		break;
	case 2:
		if (b->p)
			do_free(run, b);
		else if (arg & 1)
			do_map(run);
		else
			do_check_step(run, 1 + arg / 2 % 8);
		break;
	default:
		if (what & 1)
			do_reclaim(run, arg % 600);
		else
			do_misuse(run, (u64)arg * 16);
	}
}

static void require_sound(struct run *run)
{
	struct pkvm_heap_stats stats;
	u64 offset;

	/* A check of its own: the one in progress keeps its place, or finds that it lost it. */
	REQUIRE(heap_check(&run->heap, &offset) == PKVM_CHECK_OK);
	heap_stats(&run->heap, &stats);
	REQUIRE(stats.used == run->used);
	REQUIRE(stats.mapped == heap_env.mapped << HYP_PAGE_SHIFT);
}

static void finish(struct run *run)
{
	for (unsigned int i = 0; i < MAX_BLOCKS; i++)
		if (run->block[i].p)
			do_free(run, &run->block[i]);
	heap_reclaim(&run->heap, UINT64_MAX);
	require_sound(run);
	REQUIRE(!heap_env.mapped && !heap_env.tables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u64 key[2] = { 1, 2 };
	struct run run = { 0 };

	heap_env_start(HEAP_SIZE, 0);
	heap_init(&run.heap, heap_env.va, HEAP_SIZE, key);
	heap_check_start(&run.heap, &run.check);
	for (size_t i = 0; i + 3 <= size && i < 3 * MAX_OPS; i += 3) {
		do_op(&run, data[i], data[i + 1] | data[i + 2] << 8);
		require_sound(&run);
	}
	finish(&run);
	heap_env_stop();
	return 0;
}
