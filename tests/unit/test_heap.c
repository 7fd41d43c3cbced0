// SPDX-License-Identifier: GPL-2.0-or-later
/* The heap, case by case: what each call answers and what it leaves behind. */
#include "heap_fixture.h"

#define HEAP_SIZE	PKVM_HEAP_MIN_SIZE
#define PAGE		HYP_PAGE_SIZE
#define NR_PAGES	(HEAP_SIZE / PAGE)

static void setup(void)
{
	start_heap(HEAP_SIZE);
}

static void teardown(void)
{
	assert_heap_sound();
	stop_heap();
}

static struct pkvm_heap_stats stats(void)
{
	struct pkvm_heap_stats ret;

	heap_stats(&heap, &ret);
	return ret;
}

/* A refused allocation: the errno expected, and nothing changed but the count if it is final. */
static void refuse_alloc(u64 size, int err)
{
	struct snapshot snap = take_snapshot();
	u64 failures = stats().failures;
	struct hyp_ask ask = { 0 };
	void *p = &heap;

	ck_assert_int_eq(heap_alloc(&heap, size, &ask, &p), err);
	ck_assert_ptr_eq(p, &heap);
	ck_assert_uint_eq(stats().failures, failures + !ask.shortage);
	assert_unchanged(&snap);
}

/* The same for a free. */
static void refuse_free(void *p)
{
	struct snapshot snap = take_snapshot();
	u64 misuses = stats().misuses;

	ck_assert_int_eq(heap_free(&heap, p), -HYP_EINVAL);
	ck_assert_uint_eq(stats().misuses, misuses + 1);
	assert_unchanged(&snap);
}

START_TEST(untouched_heap_has_no_page)
{
	struct pkvm_heap_stats s = stats();

	ck_assert_uint_eq(heap_env.mapped, 0);
	ck_assert_uint_eq(s.size, HEAP_SIZE);
	ck_assert_uint_eq(s.chunks_free + s.chunks_used, 0);
	ck_assert_uint_eq(s.largest_free, HEAP_SIZE);
	ck_assert_uint_eq(heap_reclaim(&heap, 100), 0);
	refuse_free(heap_memory(HEADER));
}
END_TEST

START_TEST(size_zero)
{
	refuse_alloc(0, -HYP_EINVAL);
	get(1);
	refuse_alloc(0, -HYP_EINVAL);
}
END_TEST

START_TEST(huge_sizes)
{
	static const u64 sizes[] = {
		HEAP_SIZE - HEADER + 1, HEAP_SIZE, HEAP_SIZE + 1, UINT64_C(1) << 30,
		UINT64_C(1) << 36, (UINT64_C(1) << 36) + 16, UINT64_C(1) << 63,
		UINT64_MAX - 31, UINT64_MAX - 16, UINT64_MAX - 15, UINT64_MAX,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		refuse_alloc(sizes[i], -HYP_ENOSPC);
	get(100);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		refuse_alloc(sizes[i], -HYP_ENOSPC);
}
END_TEST

START_TEST(whole_range)
{
	void *p = get(HEAP_SIZE - HEADER);

	ck_assert_uint_eq(heap_env.mapped, NR_PAGES);
	ck_assert_uint_eq(stats().chunks_free, 0);
	refuse_alloc(1, -HYP_ENOSPC);
	put(p);
	ck_assert_uint_eq(heap_reclaimable(&heap), NR_PAGES);
}
END_TEST

START_TEST(range_is_used_up)
{
	u64 nr = 0;
	struct hyp_ask ask = { 0 };
	void *p;

	while (!heap_alloc(&heap, 1000, &ask, &p))
		nr++;
	ck_assert_uint_ge(nr, HEAP_SIZE / (1000 + HEADER + 24) - 1);
	ck_assert_uint_eq(stats().chunks_used, nr);
	refuse_alloc(1000, -HYP_ENOSPC);
}
END_TEST

START_TEST(every_size_is_aligned_and_apart)
{
	u64 end = 0;

	for (u64 size = 1; size < 600; size++) {
		u64 at = offset_of(get(size));

		ck_assert_uint_eq(at % 16, 0);
		ck_assert_uint_ge(at, end + HEADER);
		/* 16 bytes of header, then at most what alignment and page borders take. */
		ck_assert_uint_lt(at - end, HEADER + 16 + 32);
		end = at + size;
	}
	ck_assert_uint_eq(stats().used, 599 * 600 / 2);
}
END_TEST

/* Whatever a block held before, its next owner finds zeros, to the last byte of the last unit. */
START_TEST(recycled_memory_is_zero)
{
	for (u64 size = 1; size < 3 * PAGE; size += 61) {
		u8 *p = get(size), *q;

		memset(p, 0xff, size);
		put(p);
		q = get(size);
		ck_assert_ptr_eq(p, q);
		for (u64 i = 0; i < ALIGN_UP(size, 16); i++)
			EXPECT_EQ(q[i], 0);
		put(q);
	}
}
END_TEST

START_TEST(shortage_is_exact)
{
	struct hyp_ask ask = { 0 };
	void *p;

	/* Three pages (the rest's header is in the third) and a page table. */
	heap_env.stock = 0;
	refuse_alloc(10000, -HYP_ENOMEM);
	ck_assert_int_eq(heap_alloc(&heap, 10000, &ask, &p), -HYP_ENOMEM);
	ck_assert_uint_eq(ask.shortage, 4);
	heap_env.stock = 3;
	ck_assert_int_eq(heap_alloc(&heap, 10000, &ask, &p), -HYP_ENOMEM);
	ck_assert_uint_eq(ask.shortage, 1);
	heap_env.stock = 4;
	ck_assert_int_eq(heap_alloc(&heap, 10000, &ask, &p), 0);
	ck_assert_uint_eq(heap_env.stock, 0);
	/* The rest of the third page is there for the asking, all but the 64 bytes left then. */
	get(4096 * 3 - 10000 - 2 * HEADER - 64);
	refuse_alloc(64, -HYP_ENOMEM);
}
END_TEST

START_TEST(refused_in_a_heap_in_use)
{
	get(100);
	put(get(5000));
	get(3000);
	heap_env.stock = 0;
	refuse_alloc(20000, -HYP_ENOMEM);
}
END_TEST

START_TEST(double_free)
{
	void *p = get(100);

	get(100);
	put(p);
	refuse_free(p);
}
END_TEST

/* The header of the second is gone: it is part of the first now. */
START_TEST(double_free_after_merge)
{
	void *p = get(100), *q = get(100);

	get(100);
	put(p);
	put(q);
	refuse_free(q);
	refuse_free(p);
}
END_TEST

START_TEST(double_free_after_unmap)
{
	void *p = get(3 * PAGE), *q = get(2 * PAGE);

	put(p);
	put(q);
	ck_assert_uint_gt(heap_reclaim(&heap, NR_PAGES), 0);
	ck_assert_uint_eq(heap_env.mapped, 0);
	refuse_free(p);
	refuse_free(q);
}
END_TEST

START_TEST(interior_free)
{
	u8 *p = get(1000);

	for (u64 i = 16; i < 1000; i += 16)
		refuse_free(p + i);
	/* A copy of a true header does not help: it is elsewhere. */
	memcpy(p + 160, p - HEADER, HEADER);
	refuse_free(p + 160 + HEADER);
}
END_TEST

START_TEST(misaligned_free)
{
	u8 *p = get(1000);

	for (u64 i = 1; i < 16; i++)
		refuse_free(p + i);
}
END_TEST

START_TEST(foreign_pointers)
{
	u8 *start = heap_memory(0);
	u64 here[8] = { 0 };

	get(1000);
	refuse_free(NULL);
	refuse_free(here);
	refuse_free((void *)UINTPTR_MAX);
	refuse_free((void *)(UINTPTR_MAX - 15));
	refuse_free(start);
	refuse_free(start - 16);
	refuse_free(start + HEAP_SIZE);
	refuse_free(start + HEAP_SIZE + HEADER);
	refuse_free(start + HEAP_SIZE - HEADER);
	/* The same offset in units, 2^32 units on. */
	refuse_free((void *)((uintptr_t)start + HEADER + (UINT64_C(1) << 36)));
}
END_TEST

START_TEST(stale_pointer_into_a_hole)
{
	void *first = get(100), *p = get(4 * PAGE), *last = get(100);

	put(p);
	ck_assert_uint_eq(heap_reclaim(&heap, NR_PAGES), 3);
	refuse_free(p);
	refuse_free((u8 *)p + 2 * PAGE);
	put(first);
	put(last);
}
END_TEST

START_TEST(overwritten_header)
{
	u8 *p = get(100);

	for (unsigned int bit = 0; bit < 8 * HEADER; bit++) {
		p[-16 + (int)bit / 8] ^= 1 << bit % 8;
		refuse_free(p);
		p[-16 + (int)bit / 8] ^= 1 << bit % 8;
	}
	put(p);
}
END_TEST

/* One entry of the map. */
struct entry {
	u64 offset;
	enum pkvm_chunk kind;
	u64 span;
	u64 mapped;
};

/* The whole map, as a walk without change in between finds it. Returns the number of entries. */
static u64 read_map(struct entry *map, u64 most)
{
	u64 entries[2 * PKVM_MAP_ENTRIES], cursor = 0, n = 0;

	do {
		int nr = heap_map_next(&heap, &cursor, entries);

		ck_assert_int_gt(nr, 0);
		for (int i = 0; i < nr; i++) {
			ck_assert_uint_lt(n, most);
			map[n++] = (struct entry){
				.offset = ALIGN_DOWN(entries[2 * i], 16),
				.kind = entries[2 * i] & 15,
				.span = entries[2 * i + 1] & 0xffffffff,
				.mapped = entries[2 * i + 1] >> 32,
			};
		}
	} while (cursor);
	return n;
}

static void assert_entry(const struct entry *e, u64 offset, enum pkvm_chunk kind, u64 span,
			 u64 mapped)
{
	ck_assert_uint_eq(e->offset, offset);
	ck_assert_int_eq(e->kind, kind);
	ck_assert_uint_eq(e->span, span);
	ck_assert_uint_eq(e->mapped, mapped);
}

START_TEST(map_of_an_untouched_heap)
{
	struct entry map[1];

	ck_assert_uint_eq(read_map(map, 1), 1);
	assert_entry(&map[0], 0, PKVM_CHUNK_FREE, HEAP_SIZE, 0);
}
END_TEST

/*
 * used | free, a page of it unmapped, hole | the rest of the page of the last | used | free:
 * the chunk behind the hole begins with the page.
 */
START_TEST(a_hole_and_its_map)
{
	struct entry map[8];
	u64 last;
	void *p;

	get(992 - HEADER);
	p = get(2 * PAGE);
	last = offset_of(get(1000)) - HEADER;
	put(p);
	ck_assert_uint_eq(heap_reclaimable(&heap), 1);
	ck_assert_uint_eq(heap_reclaim(&heap, NR_PAGES), 1);
	ck_assert_uint_eq(heap_env.unmaps, 1);
	ck_assert_uint_eq(stats().holes, 1);
	ck_assert_uint_eq(read_map(map, ARRAY_SIZE(map)), 5);
	assert_entry(&map[0], 0, PKVM_CHUNK_USED, 992, 992);
	assert_entry(&map[1], 992, PKVM_CHUNK_FREE, 2 * PAGE - 992, PAGE - 992);
	assert_entry(&map[2], 2 * PAGE, PKVM_CHUNK_FREE, last - 2 * PAGE, last - 2 * PAGE);
	assert_entry(&map[3], last, PKVM_CHUNK_USED, 1024, 1024);
	ck_assert_uint_eq(map[4].offset + map[4].span, HEAP_SIZE);
}
END_TEST

/* What is behind a hole does not merge across it; once unmapped whole, it is part of it. */
START_TEST(holes_are_merged_by_unmapping)
{
	void *first = get(1000), *p = get(4 * PAGE), *q = get(3 * PAGE), *last = get(1000);

	put(p);
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_uint_eq(stats().holes, 1);
	put(q);
	/* The chunk behind the hole grew, but is still one of its own. */
	ck_assert_uint_eq(stats().holes, 1);
	ck_assert_uint_eq(stats().chunks_free, 3);
	assert_heap_sound();
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_uint_eq(stats().holes, 1);
	assert_heap_sound();
	put(first);
	put(last);
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_uint_eq(heap_env.mapped, 0);
}
END_TEST

/* An allocation that fills a hole to its end makes neighbours of what it kept apart. */
START_TEST(a_filled_hole_merges)
{
	void *first = get(1000), *p = get(4 * PAGE), *last = get(1000);
	u64 free_before;

	put(p);
	free_before = stats().chunks_free;
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_uint_eq(stats().chunks_free, free_before + 1);
	/* Up to 64 bytes before the page in which the rest begins: too little to stay apart. */
	p = get(3 * PAGE + PAGE - 1024 - HEADER - 64);
	ck_assert_uint_eq(stats().holes, 0);
	ck_assert_uint_eq(stats().chunks_free, free_before);
	assert_heap_sound();
	put(first);
	put(p);
	put(last);
}
END_TEST

START_TEST(reclaim_stops_at_its_target)
{
	void *p = get(10 * PAGE);
	u8 *last = get(100);

	put(p);
	ck_assert_uint_eq(heap_reclaimable(&heap), 9);
	ck_assert_uint_eq(heap_reclaim(&heap, 0), 0);
	ck_assert_uint_eq(heap_reclaim(&heap, 3), 3);
	assert_heap_sound();
	ck_assert_uint_eq(heap_reclaimable(&heap), 6);
	ck_assert_uint_eq(heap_reclaim(&heap, 1), 1);
	ck_assert_uint_eq(heap_reclaim(&heap, 100), 5);
	ck_assert_uint_eq(heap_reclaim(&heap, 100), 0);
	/* The first header's page and the page of what lives. */
	ck_assert_uint_eq(heap_env.mapped, 2);
	memset(last, 1, 100);
}
END_TEST

START_TEST(reclaim_takes_the_largest_first_and_each_run_at_once)
{
	void *small, *large;

	get(100);
	small = get(3 * PAGE);
	get(100);
	large = get(20 * PAGE);
	get(100);
	put(small);
	put(large);
	ck_assert_uint_eq(heap_reclaim(&heap, 1), 1);
	refuse_free(large);
	ck_assert(hyp_mapped((uintptr_t)small + 2 * PAGE));
	heap_env.unmaps = 0;
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_uint_eq(heap_env.unmaps, 2);
	ck_assert_uint_eq(heap_reclaimable(&heap), 0);
}
END_TEST

/* The pages that a block has bytes in. */
static u64 pages_of(const void *p, u64 size)
{
	return (offset_of(p) + size - 1) / PAGE - offset_of(p) / PAGE + 1;
}

/* Free space that begins with a page would keep that page for its header. */
START_TEST(no_page_stays_without_a_live_byte)
{
	for (u64 size = PAGE - 64; size <= PAGE + 64; size += 16) {
		void *first = get(size), *p = get(4 * PAGE), *last = get(100);

		put(p);
		heap_reclaim(&heap, NR_PAGES);
		ck_assert_uint_eq(heap_env.mapped, pages_of(first, size) + pages_of(last, 100));
		assert_heap_sound();
		put(first);
		put(last);
		heap_reclaim(&heap, NR_PAGES);
		ck_assert_uint_eq(heap_env.mapped, 0);
	}
}
END_TEST

START_TEST(statistics)
{
	void *p = get(1000), *q = get(5000);
	struct pkvm_heap_stats s;

	put(p);
	heap_free(&heap, p);
	refuse_alloc(0, -HYP_EINVAL);
	s = stats();
	ck_assert_uint_eq(s.used, 5000);
	ck_assert_uint_eq(s.mapped, 2 * PAGE);
	ck_assert_uint_eq(s.free_mapped, 2 * PAGE - 5024);
	ck_assert_uint_eq(s.chunks_used, 1);
	ck_assert_uint_eq(s.chunks_free, 2);
	ck_assert_uint_eq(s.holes, 0);
	ck_assert_uint_eq(s.allocs, 2);
	ck_assert_uint_eq(s.frees, 1);
	ck_assert_uint_eq(s.failures, 1);
	ck_assert_uint_eq(s.misuses, 1);
	ck_assert_uint_le(s.largest_free, HEAP_SIZE - 5000);
	ck_assert_uint_gt(s.largest_free, (HEAP_SIZE - 5000) / 17 * 15);
	put(q);
}
END_TEST

START_TEST(map_cursors)
{
	u64 entries[2 * PKVM_MAP_ENTRIES], cursor, mine = 0, other = 0;
	void *p[20];

	for (unsigned int i = 0; i < 20; i++)
		p[i] = get(100);
	for (unsigned int i = 0; i < 3; i++) {
		static const u64 bad[] = { 1, 16, HEAP_SIZE };

		cursor = bad[i];
		ck_assert_int_eq(heap_map_next(&heap, &cursor, entries), -HYP_EINVAL);
		ck_assert_uint_eq(cursor, bad[i]);
	}
	/* Two walks at once get along as long as where they stand lives ... */
	ck_assert_int_eq(heap_map_next(&heap, &mine, entries), PKVM_MAP_ENTRIES);
	ck_assert_uint_eq(mine, offset_of(p[7]) - HEADER);
	ck_assert_int_eq(heap_map_next(&heap, &other, entries), PKVM_MAP_ENTRIES);
	ck_assert_int_eq(heap_map_next(&heap, &other, entries), PKVM_MAP_ENTRIES);
	/* ... the one that registered last even if it does not. */
	put(p[13]);
	put(p[14]);
	put(p[6]);
	put(p[7]);
	ck_assert_int_eq(heap_map_next(&heap, &mine, entries), -HYP_EBUSY);
	ck_assert_int_gt(heap_map_next(&heap, &other, entries), 0);
	ck_assert_uint_eq(entries[0], offset_of(p[13]) - HEADER);
	ck_assert_uint_eq(other, 0);
}
END_TEST

START_TEST(map_of_a_heap_that_becomes_empty)
{
	u64 entries[2 * PKVM_MAP_ENTRIES], cursor = 0;
	void *p[20];

	for (unsigned int i = 0; i < 20; i++)
		p[i] = get(100);
	ck_assert_int_eq(heap_map_next(&heap, &cursor, entries), PKVM_MAP_ENTRIES);
	for (unsigned int i = 0; i < 20; i++)
		put(p[i]);
	heap_reclaim(&heap, NR_PAGES);
	ck_assert_int_eq(heap_map_next(&heap, &cursor, entries), 1);
	ck_assert_uint_eq(cursor, 0);
	ck_assert_uint_eq(entries[0], 0);
	ck_assert_uint_eq(entries[1], HEAP_SIZE);
}
END_TEST

/* Goes on with a check, one chunk at a time, to its end. Returns the number of steps. */
static u64 finish_check(struct heap_check *check)
{
	u64 steps = 1;

	while (heap_check_step(&heap, check, 1))
		steps++;
	return steps;
}

START_TEST(check_in_steps)
{
	struct heap_check check;
	u64 steps;

	for (unsigned int i = 0; i < 100; i++)
		get(100);
	heap_check_start(&heap, &check);
	steps = finish_check(&check);
	ck_assert_int_eq(check.result, PKVM_CHECK_OK);
	ck_assert_uint_ge(steps, 101);
}
END_TEST

/* Whatever changes, in the middle of the walk or of the lists behind it: no sums. */
START_TEST(check_of_a_changing_heap)
{
	void *p[2] = { get(100), get(100) };

	get(100);
	put(get(10 * PAGE));
	for (unsigned int in_lists = 0; in_lists < 2; in_lists++) {
		u64 chunks = stats().chunks_used + stats().chunks_free;
		struct heap_check check;

		heap_check_start(&heap, &check);
		ck_assert(heap_check_step(&heap, &check, in_lists ? chunks : 1));
		if (_i == 0)
			ck_assert_uint_eq(heap_reclaim(&heap, 1), 1);
		else if (_i == 1)
			get(1);
		else
			put(p[in_lists]);
		finish_check(&check);
		ck_assert_int_eq(check.result, PKVM_CHECK_BUSY);
	}
}
END_TEST

START_TEST(bad_geometry_is_a_bug)
{
	u64 va = heap_env.va;

	ck_assert(HEAP_ENV_PANICS(heap_init(&heap, va + 1, HEAP_SIZE, test_key)));
	ck_assert(HEAP_ENV_PANICS(heap_init(&heap, va, HEAP_SIZE + 1, test_key)));
	ck_assert(HEAP_ENV_PANICS(heap_init(&heap, va, HEAP_SIZE - PAGE, test_key)));
	ck_assert(HEAP_ENV_PANICS(heap_init(&heap, va, PKVM_HEAP_MAX_SIZE + PAGE, test_key)));
	heap_init(&heap, va, PKVM_HEAP_MAX_SIZE, test_key);
	heap_init(&heap, va, HEAP_SIZE, test_key);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		untouched_heap_has_no_page, size_zero, huge_sizes, whole_range, range_is_used_up,
		every_size_is_aligned_and_apart, recycled_memory_is_zero, shortage_is_exact,
		refused_in_a_heap_in_use, double_free, double_free_after_merge,
		double_free_after_unmap, interior_free, misaligned_free, foreign_pointers,
		stale_pointer_into_a_hole, overwritten_header, map_of_an_untouched_heap,
		a_hole_and_its_map, holes_are_merged_by_unmapping, a_filled_hole_merges,
		reclaim_stops_at_its_target,
		reclaim_takes_the_largest_first_and_each_run_at_once,
		no_page_stays_without_a_live_byte, statistics, map_cursors,
		map_of_a_heap_that_becomes_empty, check_in_steps, bad_geometry_is_a_bug,
	};
	Suite *suite = suite_create("heap");
	TCase *tc = tcase_create("cases");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	tcase_add_loop_test(tc, check_of_a_changing_heap, 0, 3);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
