// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A corrupt heap: the check finds each kind of damage and says what and where, and
 * no call acts on it: hyp_panic() where the heap's own state turns out corrupt.
 *
 * Every test damages the same heap, of which it knows the chunks:
 *
 *	USED, FREE (fully mapped), USED, HOLE (free, ends in a hole),
 *	BEHIND (free, behind the hole), USED, LAST (free, to the end)
 */
#include "heap_fixture.h"
#include "../../kmod/hyp/heap_chunk.h"
#include "../../kmod/hyp/heap_index.h"

#define HEAP_SIZE	PKVM_HEAP_MIN_SIZE

enum chunk_nr {
	USED,
	FREE,
	USED2,
	HOLE,
	BEHIND,
	USED3,
	LAST,
	NR_CHUNKS
};

static struct heap_chunk *chunk[NR_CHUNKS];

static void setup(void)
{
	void *p[7];
	u32 off = 0;

	start_heap(HEAP_SIZE);
	p[USED] = get(500);
	p[FREE] = get(1000);
	p[USED2] = get(500);
	p[HOLE] = get(6 * HYP_PAGE_SIZE);
	p[USED3] = get(500);
	put(p[HOLE]);
	put(p[FREE]);
	ck_assert_uint_eq(heap_reclaim(&heap, 100), 5);
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		chunk[i] = chunk_get(&heap, off);
		off = chunk[i]->next;
	}
	ck_assert_uint_eq(off, heap.end);
	ck_assert(chunk_has_tail(chunk[HOLE]) && chunk_behind_hole(chunk[BEHIND]));
	ck_assert(!chunk_is_used(chunk[FREE]) && !chunk_has_tail(chunk[FREE]));
	assert_heap_sound();
}

static void assert_found(enum pkvm_check expected, const void *at)
{
	u64 offset;

	ck_assert_int_eq(heap_check(&heap, &offset), expected);
	ck_assert_uint_eq(offset, at ? offset_of(at) : 0);
}

/* A stray write anywhere in a header, or in a free chunk's links. */
START_TEST(every_flipped_bit_is_found)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		u8 *bytes = (u8 *)chunk[i];
		unsigned int size = chunk_is_used(chunk[i]) ? HEADER : sizeof(*chunk[i]);

		for (unsigned int bit = 0; bit < 8 * size; bit++) {
			u64 offset;

			bytes[bit / 8] ^= 1 << bit % 8;
			EXPECT(heap_check(&heap, &offset) != PKVM_CHECK_OK);
			bytes[bit / 8] ^= 1 << bit % 8;
		}
	}
	assert_heap_sound();
}
END_TEST

/* The same by something that knows the key: the header is sound, what it says is not. */
START_TEST(every_sealed_lie_is_found)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		struct heap_chunk saved = *chunk[i];
		u32 *words = (u32 *)chunk[i];
		unsigned int links = chunk_is_used(chunk[i]) ? 0 : chunk_has_tail(chunk[i]) ? 4 : 2;
		static const unsigned int word[] = { 0, 1, 2, 4, 5, 6, 7 };

		for (unsigned int bit = 0; bit < 32 * (3 + links); bit++) {
			u64 offset;

			words[word[bit / 32]] ^= 1U << bit % 32;
			chunk_seal(&heap, chunk[i]);
			if (heap_check(&heap, &offset) == PKVM_CHECK_OK)
				ck_abort_msg("chunk %u, word %u, bit %u", i, word[bit / 32], bit % 32);
			*chunk[i] = saved;
		}
	}
	assert_heap_sound();
}
END_TEST

START_TEST(header_overwritten)
{
	memset(chunk[USED2], 0, HEADER);
	assert_found(PKVM_CHECK_HEADER, chunk[USED2]);
}
END_TEST

/* A sound header, but of another place. */
START_TEST(header_copied)
{
	memcpy(chunk[USED2], chunk[USED], HEADER);
	assert_found(PKVM_CHECK_HEADER, chunk[USED2]);
}
END_TEST

START_TEST(links_overwritten_after_free)
{
	memset(chunk[FREE]->link, 0x55, 8);
	assert_found(PKVM_CHECK_HEADER, chunk[FREE]);
}
END_TEST

START_TEST(wrong_back_link)
{
	chunk[USED2]->prev = chunk_off(&heap, chunk[USED]) << CHUNK_FLAG_BITS | CHUNK_USED;
	chunk_seal(&heap, chunk[USED2]);
	assert_found(PKVM_CHECK_LINK, chunk[FREE]);
}
END_TEST

START_TEST(skipped_chunk)
{
	chunk[USED]->next = chunk_off(&heap, chunk[USED2]);
	chunk[USED]->size = (chunk[USED]->next - HEADER_UNITS) << UNIT_SHIFT;
	chunk_seal(&heap, chunk[USED]);
	assert_found(PKVM_CHECK_LINK, chunk[USED]);
}
END_TEST

START_TEST(wrong_sizes)
{
	u32 size = chunk[USED]->size;

	chunk[USED]->size += 16;
	chunk_seal(&heap, chunk[USED]);
	assert_found(PKVM_CHECK_BOUNDS, chunk[USED]);
	chunk[USED]->size = size - 1;
	chunk_seal(&heap, chunk[USED]);
	assert_found(PKVM_CHECK_TOTALS, NULL);
	chunk[USED]->size = size;
	chunk_seal(&heap, chunk[USED]);
	chunk[HOLE]->size += UNITS_PER_PAGE;
	chunk_seal(&heap, chunk[HOLE]);
	assert_found(PKVM_CHECK_BOUNDS, chunk[HOLE]);
}
END_TEST

/* Pages where the hole should be, and none where the chunk should be. */
START_TEST(wrong_pages)
{
	u64 page = chunk[HOLE]->size / UNITS_PER_PAGE;
	u8 *big;

	heap_env.is_mapped[page] = true;
	assert_found(PKVM_CHECK_BOUNDS, chunk[HOLE]);
	heap_env.is_mapped[page] = false;
	big = get(2 * HYP_PAGE_SIZE);
	page = (offset_of(big) + 2 * HYP_PAGE_SIZE - 1) >> HYP_PAGE_SHIFT;
	heap_env.is_mapped[page] = false;
	assert_found(PKVM_CHECK_BOUNDS, big - HEADER);
	heap_env.is_mapped[page] = true;
	assert_heap_sound();
}
END_TEST

START_TEST(wrong_hole_flag)
{
	chunk[BEHIND]->prev &= ~CHUNK_HOLE_BEFORE;
	chunk_seal(&heap, chunk[BEHIND]);
	assert_found(PKVM_CHECK_LINK, chunk[BEHIND]);
}
END_TEST

/* A used chunk declared free next to a free one: they would have been merged. */
START_TEST(unmerged_neighbours)
{
	struct heap_chunk *c = chunk[USED2];

	c->prev &= ~CHUNK_USED;
	c->size = c->next;
	heap_index_add(&heap, c);
	chunk_seal(&heap, c);
	assert_found(PKVM_CHECK_LINK, c);
}
END_TEST

START_TEST(not_in_its_list)
{
	heap_index_del(&heap, chunk[FREE]);
	chunk_seal(&heap, chunk[FREE]);
	assert_found(PKVM_CHECK_LIST, NULL);
}
END_TEST

START_TEST(list_without_its_chunks)
{
	u32 class = heap_class_of(heap_index_key(&heap, HEAP_BY_MAPPED, chunk[FREE]));
	struct heap_index *ix = &heap.index[HEAP_BY_MAPPED];
	u32 *head = &ix->head[class / HEAP_COLS][class % HEAP_COLS];

	*head = chunk_off(&heap, chunk[USED2]);
	assert_found(PKVM_CHECK_LIST, chunk[USED2]);
	*head = heap.end;
	assert_found(PKVM_CHECK_LIST, heap_memory(HEAP_SIZE));
	*head = chunk_off(&heap, chunk[LAST]);
	assert_found(PKVM_CHECK_LIST, chunk[LAST]);
}
END_TEST

START_TEST(bitmaps_disagree)
{
	for (unsigned int id = 0; id < HEAP_INDEXES; id++) {
		struct heap_index saved = heap.index[id];

		for (unsigned int bit = 0; bit < 32; bit++) {
			heap.index[id].rows ^= 1U << bit;
			assert_found(PKVM_CHECK_LIST, NULL);
			heap.index[id] = saved;
		}
		for (unsigned int row = 0; row < HEAP_ROWS; row++) {
			u64 offset;

			heap.index[id].cols[row] ^= 1;
			ck_assert_int_eq(heap_check(&heap, &offset), PKVM_CHECK_LIST);
			heap.index[id] = saved;
		}
	}
	assert_heap_sound();
}
END_TEST

/* Two rings of one class, of which only one hangs on the head. */
START_TEST(two_rings)
{
	struct heap_chunk *other;
	void *p[10];
	u32 off;

	/* A second chunk of FREE's class, between used ones. */
	for (unsigned int i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = get(1000);
	ck_assert_ptr_eq(p[0], chunk[FREE]->link);
	ck_assert_ptr_eq(p[9], (u8 *)p[7] + 2048);
	other = (struct heap_chunk *)((u8 *)p[8] - HEADER);
	put(p[0]);
	put(p[8]);
	assert_heap_sound();
	off = chunk_off(&heap, chunk[FREE]);
	ck_assert_uint_eq(other->link[HEAP_BY_MAPPED].next, off);
	ck_assert_uint_eq(other->link[HEAP_BY_MAPPED].prev, off);
	chunk[FREE]->link[HEAP_BY_MAPPED] = (struct heap_link){ off, off };
	chunk_seal(&heap, chunk[FREE]);
	off = chunk_off(&heap, other);
	other->link[HEAP_BY_MAPPED] = (struct heap_link){ off, off };
	chunk_seal(&heap, other);
	assert_found(PKVM_CHECK_LIST, NULL);
}
END_TEST

/*
 * A ring of three free chunks of one class, in order: the first with a page to
 * reclaim, the others without. Returns the allocation between the first two.
 */
static void *make_ring(struct heap_chunk *ring[3])
{
	static const unsigned int order[] = { 1, 2, 0 };
	/* Chunks of 6016 bytes: they hold a whole page if they start in the last 1920 of one. */
	static const u64 starts[] = { 2560, 9600, 16640 };
	void *between[3], *p[3];

	stop_heap();
	start_heap(HEAP_SIZE);
	get(starts[0] - HEADER);
	for (unsigned int i = 0; i < 3; i++) {
		p[i] = get(6000);
		between[i] = get(1024 - HEADER);
		ring[i] = chunk_get(&heap, starts[i] >> UNIT_SHIFT);
		ck_assert_ptr_eq(ring[i]->link, p[i]);
	}
	for (unsigned int i = 0; i < 3; i++)
		put(p[order[i]]);
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(chunk_reclaimable(&heap, ring[i]), !i);
		ck_assert_uint_eq(ring[i]->link[HEAP_BY_MAPPED].next,
				  chunk_off(&heap, ring[(i + 1) % 3]));
	}
	assert_heap_sound();
	return between[0];
}

static void set_next_in_ring(struct heap_chunk *c, const struct heap_chunk *next)
{
	c->link[HEAP_BY_MAPPED].next = chunk_off(&heap, next);
	chunk_seal(&heap, c);
}

START_TEST(ring_out_of_order)
{
	u32 class = heap_class_of(6016 >> UNIT_SHIFT);
	struct heap_chunk *ring[3];

	make_ring(ring);
	heap.index[HEAP_BY_MAPPED].head[class / HEAP_COLS][class % HEAP_COLS] =
		chunk_off(&heap, ring[1]);
	assert_found(PKVM_CHECK_LIST, ring[0]);
}
END_TEST

START_TEST(ring_short_cut)
{
	struct heap_chunk *ring[3];

	make_ring(ring);
	set_next_in_ring(ring[0], ring[2]);
	assert_found(PKVM_CHECK_LINK, ring[0]);
}
END_TEST

/* Damage between two steps, behind the walk's back: the check ends all the same. */
START_TEST(ring_without_end)
{
	struct heap_chunk *ring[3];
	struct heap_check check;

	make_ring(ring);
	heap_check_start(&heap, &check);
	ck_assert(heap_check_step(&heap, &check, heap.stats.chunks_used + heap.stats.chunks_free));
	set_next_in_ring(ring[2], ring[2]);
	for (unsigned int i = 0; heap_check_step(&heap, &check, 1); i++)
		ck_assert_uint_lt(i, 10);
	ck_assert_int_eq(check.result, PKVM_CHECK_LIST);
	ck_assert_uint_eq(check.offset, offset_of(ring[2]));
}
END_TEST

START_TEST(wrong_counters)
{
	u64 *const counters[] = {
		&heap.stats.used, &heap.stats.mapped, &heap.stats.free_mapped, &heap.stats.holes,
		&heap.stats.chunks_used, &heap.stats.chunks_free, &heap.stats.reclaimable,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(counters); i++) {
		++*counters[i];
		assert_found(PKVM_CHECK_TOTALS, NULL);
		--*counters[i];
	}
	assert_heap_sound();
}
END_TEST

/* A check in steps finds damage in what it has yet to see, though the heap has changed. */
START_TEST(found_in_spite_of_change)
{
	struct heap_check check;

	heap_check_start(&heap, &check);
	ck_assert(heap_check_step(&heap, &check, 1));
	put(get(5000));
	chunk[USED3]->check ^= 2;
	while (heap_check_step(&heap, &check, 1))
		;
	ck_assert_int_eq(check.result, PKVM_CHECK_HEADER);
	ck_assert_uint_eq(check.offset, offset_of(chunk[USED3]));
}
END_TEST

/* Its own header overwritten: the caller's pointer may be wrong, too. An errno, not a panic. */
START_TEST(free_with_overwritten_header)
{
	chunk[USED2]->size ^= 1;
	ck_assert_int_eq(heap_free(&heap, chunk[USED2]->link), -HYP_EINVAL);
	assert_found(PKVM_CHECK_HEADER, chunk[USED2]);
}
END_TEST

START_TEST(free_beside_overwritten_headers)
{
	static const enum chunk_nr neighbours[] = { FREE, HOLE };

	chunk[neighbours[_i]]->check ^= 4;
	ck_assert(HEAP_ENV_PANICS(heap_free(&heap, chunk[USED2]->link)));
}
END_TEST

START_TEST(free_beside_wrong_links)
{
	if (_i)
		chunk[FREE]->next += 2;
	else
		chunk[HOLE]->prev += 2U << CHUNK_FLAG_BITS;
	chunk_seal(&heap, chunk[_i ? FREE : HOLE]);
	ck_assert(HEAP_ENV_PANICS(heap_free(&heap, chunk[USED2]->link)));
}
END_TEST

START_TEST(alloc_from_overwritten_chunk)
{
	struct hyp_ask ask = { 0 };
	void *p;

	chunk[FREE]->link[HEAP_BY_MAPPED].next ^= 0x100;
	ck_assert(HEAP_ENV_PANICS(heap_alloc(&heap, 1000, &ask, &p)));
}
END_TEST

START_TEST(alloc_from_a_list_that_names_anything)
{
	u32 class = heap_class_of(heap_index_key(&heap, HEAP_BY_MAPPED, chunk[FREE]));
	static const u32 anything[] = { 0, 3, UINT32_MAX };
	struct hyp_ask ask = { 0 };
	void *p;

	heap.index[HEAP_BY_MAPPED].head[class / HEAP_COLS][class % HEAP_COLS] = anything[_i];
	ck_assert(HEAP_ENV_PANICS(heap_alloc(&heap, 1000, &ask, &p)));
}
END_TEST

START_TEST(reclaim_of_overwritten_chunk)
{
	put(get(8 * HYP_PAGE_SIZE));
	chunk[LAST]->size ^= UNITS_PER_PAGE;
	ck_assert(HEAP_ENV_PANICS(heap_reclaim(&heap, 100)));
}
END_TEST

START_TEST(reclaim_behind_a_hole_that_is_none)
{
	put(chunk[USED3]->link);
	chunk[HOLE]->prev |= CHUNK_USED;
	chunk_seal(&heap, chunk[HOLE]);
	ck_assert(HEAP_ENV_PANICS(heap_reclaim(&heap, 100)));
}
END_TEST

START_TEST(calls_on_wrong_rings)
{
	struct heap_chunk *ring[3];
	void *between = make_ring(ring);
	struct hyp_ask ask = { 0 };
	void *p;

	if (_i) {
		set_next_in_ring(ring[1], ring[0]);
		ck_assert(HEAP_ENV_PANICS(heap_free(&heap, between)));
	} else {
		set_next_in_ring(ring[2], ring[1]);
		ck_assert(HEAP_ENV_PANICS(heap_alloc(&heap, 6000, &ask, &p)));
	}
}
END_TEST

START_TEST(map_over_overwritten_header)
{
	u64 entries[2 * PKVM_MAP_ENTRIES], cursor = 0;

	chunk[USED2]->prev ^= 1U << 31;
	ck_assert(HEAP_ENV_PANICS(heap_map_next(&heap, &cursor, entries)));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("heap_corrupt");
	TCase *tc = tcase_create("found"), *calls = tcase_create("calls");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, stop_heap);
	tcase_add_test(tc, every_flipped_bit_is_found);
	tcase_add_test(tc, every_sealed_lie_is_found);
	tcase_add_test(tc, header_overwritten);
	tcase_add_test(tc, header_copied);
	tcase_add_test(tc, links_overwritten_after_free);
	tcase_add_test(tc, wrong_back_link);
	tcase_add_test(tc, skipped_chunk);
	tcase_add_test(tc, wrong_sizes);
	tcase_add_test(tc, wrong_pages);
	tcase_add_test(tc, wrong_hole_flag);
	tcase_add_test(tc, unmerged_neighbours);
	tcase_add_test(tc, not_in_its_list);
	tcase_add_test(tc, list_without_its_chunks);
	tcase_add_test(tc, bitmaps_disagree);
	tcase_add_test(tc, two_rings);
	tcase_add_test(tc, ring_out_of_order);
	tcase_add_test(tc, ring_short_cut);
	tcase_add_test(tc, ring_without_end);
	tcase_add_test(tc, wrong_counters);
	tcase_add_test(tc, found_in_spite_of_change);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(calls, setup, stop_heap);
	tcase_add_test(calls, free_with_overwritten_header);
	tcase_add_loop_test(calls, free_beside_overwritten_headers, 0, 2);
	tcase_add_loop_test(calls, free_beside_wrong_links, 0, 2);
	tcase_add_test(calls, alloc_from_overwritten_chunk);
	tcase_add_loop_test(calls, alloc_from_a_list_that_names_anything, 0, 3);
	tcase_add_test(calls, reclaim_of_overwritten_chunk);
	tcase_add_test(calls, reclaim_behind_a_hole_that_is_none);
	tcase_add_loop_test(calls, calls_on_wrong_rings, 0, 2);
	tcase_add_test(calls, map_over_overwritten_header);
	suite_add_tcase(suite, calls);
	return suite_run(suite);
}
