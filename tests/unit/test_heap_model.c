// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap against a simple model: a table of live blocks with what must be in
 * them. Seeded random operations under a stock that is nearly always too small,
 * so that an allocation is refused at every point where it can be.
 *
 * PKVM_SEED chooses another sequence.
 */
#include <stdio.h>

#include "heap_fixture.h"

#define HEAP_SIZE	(UINT64_C(32) << 20)
#define MAX_BLOCKS	4096

struct block {
	u8 *p;
	u64 size;
	u64 serial;		/* of its allocation */
	u8 fill;
};

struct model {
	u64 random;
	u64 nr_blocks;
	u64 target;		/* blocks that the sequence tends to; changes now and then */
	struct block block[MAX_BLOCKS];
	u64 used;		/* sum of sizes */
	u64 allocs;
	u64 frees;
	u64 failures;
	u64 misuses;
	u64 pages;		/* everything there is: stock, mapped, tables */
};

static struct model model;

static u64 seed(void)
{
	const char *text = getenv("PKVM_SEED");

	return text ? strtoull(text, NULL, 0) : 1;
}

static void start_model(void)
{
	start_heap(HEAP_SIZE);
	heap_env.stock = 16;
	model = (struct model){ .random = seed(), .target = 64, .pages = 16 };
}

static void top_up(u64 pages)
{
	heap_env.stock += pages;
	model.pages += pages;
}

static void assert_filled(const u8 *p, u64 size, u8 with)
{
	EXPECT_EQ(p[0], with);
	EXPECT(!memcmp(p, p + 1, size - 1));
}

/* Mostly small, sometimes of a page or so, rarely large: every size class gets used. */
static u64 random_size(void)
{
	u64 kind = random_below(&model.random, 100);

	if (kind < 60)
		return 1 + random_below(&model.random, 400);
	if (kind < 90)
		return 1 + random_below(&model.random, 5000);
	if (kind < 99)
		return 1 + random_below(&model.random, 20000);
	return 1 + random_below(&model.random, 400000);
}

static void assert_no_room(u64 size)
{
	struct pkvm_heap_stats stats;

	heap_stats(&heap, &stats);
	EXPECT(ALIGN_UP(size, HEADER) + HEADER > stats.largest_free);
}

/* Gives exactly what the heap says it lacks: then the same call must succeed. */
static int alloc_with_top_up(u64 size, void **ret)
{
	struct hyp_ask ask = { .credit = 3 };
	struct hyp_heap before = heap;
	u64 stock = heap_env.stock;
	int err = heap_alloc(&heap, size, &ask, ret);

	if (err != -HYP_ENOMEM)
		return err;
	EXPECT(ask.shortage > 0);
	before.lock = heap.lock;
	EXPECT(!memcmp(&before, &heap, sizeof(heap)));
	EXPECT_EQ(heap_env.stock, stock);
	EXPECT_EQ(heap_env.reserved, 0);
	top_up(ask.shortage);
	err = heap_alloc(&heap, size, &ask, ret);
	EXPECT_EQ(err, 0);
	EXPECT_EQ(heap_env.stock, 0);
	return 0;
}

static void do_alloc(void)
{
	struct block *block = &model.block[model.nr_blocks];
	u64 size = random_size();
	void *p = &model;
	int err;

	if (model.nr_blocks == MAX_BLOCKS)
		return;
	err = alloc_with_top_up(size, &p);
	if (err) {
		EXPECT_EQ(err, -HYP_ENOSPC);
		EXPECT(p == &model);
		assert_no_room(size);
		model.failures++;
		return;
	}
	EXPECT(IS_ALIGNED((uintptr_t)p, 16));
	assert_filled(p, size, 0);
	*block = (struct block){
		.p = p,
		.size = size,
		.serial = model.allocs,
		.fill = next_random(&model.random) | 1,
	};
	memset(p, block->fill, size);
	model.nr_blocks++;
	model.used += size;
	model.allocs++;
}

static void do_free(void)
{
	struct block *block;

	if (!model.nr_blocks)
		return;
	block = &model.block[random_below(&model.random, model.nr_blocks)];
	assert_filled(block->p, block->size, block->fill);
	put(block->p);
	model.used -= block->size;
	model.frees++;
	*block = model.block[--model.nr_blocks];
}

/* The pages go back to a host that keeps them: the next allocations run short again. */
static void do_reclaim(void)
{
	u64 reclaimable = heap_reclaimable(&heap);
	u64 target = random_below(&model.random, 2 * reclaimable + 2);
	u64 mapped = heap_env.mapped;
	u64 done = heap_reclaim(&heap, target);

	EXPECT(done <= target);
	EXPECT(done >= min_u64(reclaimable, target));
	EXPECT_EQ(mapped - heap_env.mapped, done);
	model.pages -= heap_env.stock;
	heap_env.stock = random_below(&model.random, 4);
	model.pages += heap_env.stock;
}

static const struct block *find_live(const void *p)
{
	for (u64 i = 0; i < model.nr_blocks; i++)
		if (model.block[i].p == p)
			return &model.block[i];
	return NULL;
}

/* A pointer that is anything but a live block's. */
static void do_misuse(void)
{
	u64 offset = random_below(&model.random, HEAP_SIZE + 4096);
	u8 *p = heap_memory(offset);

	if (model.nr_blocks && offset % 2)
		p = model.block[random_below(&model.random, model.nr_blocks)].p + offset % 64;
	if (find_live(p))
		return;
	EXPECT_EQ(heap_free(&heap, p), -HYP_EINVAL);
	model.misuses++;
}

static void do_one(void)
{
	u64 what = random_below(&model.random, 1000);

	if (what < 4)
		do_reclaim();
	else if (what < 14)
		do_misuse();
	else if (what == 14)
		model.target = random_below(&model.random, MAX_BLOCKS);
	else if (random_below(&model.random, 100) < (model.nr_blocks < model.target ? 60 : 40))
		do_alloc();
	else
		do_free();
}

static void assert_model(void)
{
	struct pkvm_heap_stats stats;

	heap_stats(&heap, &stats);
	EXPECT_EQ(stats.size, HEAP_SIZE);
	EXPECT_EQ(stats.used, model.used);
	EXPECT_EQ(stats.chunks_used, model.nr_blocks);
	EXPECT_EQ(stats.allocs, model.allocs);
	EXPECT_EQ(stats.frees, model.frees);
	EXPECT_EQ(stats.failures, model.failures);
	EXPECT_EQ(stats.misuses, model.misuses);
	EXPECT_EQ(heap_env.stock + heap_env.mapped + heap_env.tables, model.pages);
	assert_heap_sound();
}

static void assert_contents(void)
{
	for (u64 i = 0; i < model.nr_blocks; i++)
		assert_filled(model.block[i].p, model.block[i].size, model.block[i].fill);
}

/* Everything can be given back at the end, whatever happened before. */
static void finish_model(void)
{
	while (model.nr_blocks)
		do_free();
	assert_model();
	heap_reclaim(&heap, UINT64_MAX);
	assert_model();
	EXPECT_EQ(heap_env.mapped, 0);
	EXPECT_EQ(heap_env.tables, 0);
	EXPECT_EQ(heap_reclaimable(&heap), 0);
}

START_TEST(check_after_each_operation)
{
	for (unsigned int i = 0; i < 20000; i++) {
		do_one();
		assert_model();
		if (i % 1000 == 0)
			assert_contents();
	}
	assert_contents();
	finish_model();
}
END_TEST

START_TEST(a_million_operations)
{
	for (unsigned int i = 0; i < 1000000; i++) {
		do_one();
		if (i % 1000 == 0)
			assert_model();
		if (i % 10000 == 0)
			assert_contents();
	}
	assert_contents();
	finish_model();
}
END_TEST

/* What a walk over the map has seen. */
struct walk {
	u64 cursor;
	u64 covered;		/* bytes from the start of the range */
	u64 nr_seen;
	u64 seen[4 * MAX_BLOCKS];
};

static void walk_on(struct walk *walk)
{
	u64 entries[2 * PKVM_MAP_ENTRIES];
	int nr = heap_map_next(&heap, &walk->cursor, entries);

	EXPECT(nr > 0);
	for (int i = 0; i < nr; i++) {
		u64 offset = ALIGN_DOWN(entries[2 * i], 16);
		u64 span = entries[2 * i + 1] & 0xffffffff;

		/* No gap; an overlap only where the walk was interrupted. */
		EXPECT(offset <= walk->covered);
		if (i)
			EXPECT_EQ(offset, walk->covered);
		walk->covered = offset + span;
		if (entries[2 * i] & 15) {
			EXPECT(walk->nr_seen < 4 * MAX_BLOCKS);
			walk->seen[walk->nr_seen++] = offset;
		}
	}
}

static bool has_seen(const struct walk *walk, const void *p)
{
	for (u64 i = 0; i < walk->nr_seen; i++)
		if (walk->seen[i] == offset_of(p) - HEADER)
			return true;
	return false;
}

/* Too large for the stack. */
static struct walk walk;
static struct block before[MAX_BLOCKS];

/* One walk over a heap that changes all the while: blocks that live throughout are reported. */
START_TEST(map_survives_change)
{
	u64 nr_before = 0;

	memset(&walk, 0, sizeof(walk));
	model.random += _i;
	model.target = 1500;
	for (unsigned int i = 0; i < 20000; i++)
		do_one();
	for (; nr_before < model.nr_blocks; nr_before++)
		before[nr_before] = model.block[nr_before];
	do {
		walk_on(&walk);
		for (unsigned int i = 0; i < 6; i++)
			do_one();
	} while (walk.cursor);
	EXPECT_EQ(walk.covered, HEAP_SIZE);
	for (u64 i = 0; i < nr_before; i++) {
		const struct block *now = find_live(before[i].p);

		if (now && now->serial == before[i].serial)
			EXPECT(has_seen(&walk, before[i].p));
	}
}
END_TEST

/* Checks whose steps alternate with changes, two at a time: never a false alarm. */
START_TEST(check_survives_change)
{
	struct heap_check check[2];
	u64 done[2] = { 0 };

	for (unsigned int i = 0; i < 2; i++)
		heap_check_start(&heap, &check[i]);
	for (unsigned int i = 0; i < 200000; i++) {
		struct heap_check *c = &check[i % 2];

		do_one();
		if (heap_check_step(&heap, c, 1 + i % 7))
			continue;
		EXPECT(c->result == PKVM_CHECK_OK || c->result == PKVM_CHECK_BUSY);
		done[i % 2]++;
		heap_check_start(&heap, c);
	}
	EXPECT(done[0] > 10);
	EXPECT(done[1] > 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("heap_model");
	TCase *tc = tcase_create("model");

	printf("PKVM_SEED=%" PRIu64 "\n", seed());
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, start_model, stop_heap);
	tcase_add_test(tc, check_after_each_operation);
	tcase_add_test(tc, a_million_operations);
	tcase_add_loop_test(tc, map_survives_change, 0, 10);
	tcase_add_test(tc, check_survives_change);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
