// SPDX-License-Identifier: GPL-2.0-only
/*
 * Size classes of free chunks. A class is a ring of chunks, entered at its head.
 * Chunks with pages to reclaim stand in front: reclaim looks at the head only,
 * and allocation takes from the other end, from chunks that pin no whole page.
 */
#include "heap_index.h"

/*
 * Chunks of its own class that a search looks at before it turns to the next
 * class, where every chunk is large enough. Objects of one type have one size:
 * the first look mostly finds what the last of them left.
 */
#define HEAP_PROBES	4

static u32 top_bit(u32 x)
{
	return 31 - __builtin_clz(x);
}

u32 heap_class_of(u32 units)
{
	u32 log;

	if (units < HEAP_COLS)
		return units;
	log = top_bit(units);
	return (log - HEAP_COL_BITS + 1) * HEAP_COLS + (units >> (log - HEAP_COL_BITS)) % HEAP_COLS;
}

u32 heap_class_floor(u32 class)
{
	u32 row = class / HEAP_COLS;
	u32 col = class % HEAP_COLS;

	return row ? (HEAP_COLS + col) << (row - 1) : col;
}

u32 heap_class_up(const struct heap_index *ix, u32 class)
{
	u32 row = class / HEAP_COLS;
	u32 set;

	if (class >= HEAP_CLASSES)
		return HEAP_CLASSES;
	set = ix->cols[row] >> class % HEAP_COLS;
	if (set)
		return class + __builtin_ctz(set);
	set = ix->rows & (~0U << row << 1);
	if (!set)
		return HEAP_CLASSES;
	row = __builtin_ctz(set);
	return row * HEAP_COLS + __builtin_ctz(ix->cols[row]);
}

/* The last class with a chunk up to class; HEAP_CLASSES if there is none. */
static u32 class_down(const struct heap_index *ix, u32 class)
{
	u32 row = class / HEAP_COLS;
	u32 set = ix->cols[row] & ((2U << class % HEAP_COLS) - 1);

	if (!set) {
		set = ix->rows & ((1U << row) - 1);
		if (!set)
			return HEAP_CLASSES;
		row = top_bit(set);
		set = ix->cols[row];
	}
	return row * HEAP_COLS + top_bit(set);
}

static u32 *class_head(struct heap_index *ix, u32 class)
{
	return &ix->head[class / HEAP_COLS][class % HEAP_COLS];
}

static bool class_empty(const struct heap_index *ix, u32 class)
{
	return !(ix->cols[class / HEAP_COLS] >> class % HEAP_COLS & 1);
}

static void class_mark(struct heap_index *ix, u32 class)
{
	ix->cols[class / HEAP_COLS] |= 1U << class % HEAP_COLS;
	ix->rows |= 1U << class / HEAP_COLS;
}

static void class_unmark(struct heap_index *ix, u32 class)
{
	u16 *cols = &ix->cols[class / HEAP_COLS];

	*cols &= ~(1U << class % HEAP_COLS);
	if (!*cols)
		ix->rows &= ~(1U << class / HEAP_COLS);
}

/* A chunk that a ring names. */
static struct heap_chunk *ring_get(const struct hyp_heap *h, u32 off)
{
	struct heap_chunk *c = chunk_get(h, off);

	HYP_ASSERT(!chunk_is_used(c));
	return c;
}

static struct heap_chunk *class_first(const struct hyp_heap *h, enum heap_index_id id, u32 class)
{
	return ring_get(h, h->index[id].head[class / HEAP_COLS][class % HEAP_COLS]);
}

static struct heap_chunk *ring_before(const struct hyp_heap *h, enum heap_index_id id,
				      const struct heap_chunk *c)
{
	struct heap_chunk *prev = ring_get(h, c->link[id].prev);

	HYP_ASSERT(prev->link[id].next == chunk_off(h, c));
	return prev;
}

static struct heap_chunk *ring_behind(const struct hyp_heap *h, enum heap_index_id id,
				      const struct heap_chunk *c)
{
	struct heap_chunk *next = ring_get(h, c->link[id].next);

	HYP_ASSERT(next->link[id].prev == chunk_off(h, c));
	return next;
}

/* Between the ring's last chunk and its first: which of the two c then is, the head says. */
static void ring_insert(struct hyp_heap *h, enum heap_index_id id, struct heap_chunk *first,
			struct heap_chunk *c)
{
	struct heap_chunk *last = ring_before(h, id, first);
	u32 off = chunk_off(h, c);

	c->link[id].next = chunk_off(h, first);
	c->link[id].prev = chunk_off(h, last);
	last->link[id].next = off;
	first->link[id].prev = off;
	chunk_seal(h, last);
	if (first != last)
		chunk_seal(h, first);
}

static void ring_remove(struct hyp_heap *h, enum heap_index_id id, struct heap_chunk *c)
{
	struct heap_chunk *next = ring_behind(h, id, c);
	struct heap_chunk *prev = ring_before(h, id, c);

	prev->link[id].next = c->link[id].next;
	next->link[id].prev = c->link[id].prev;
	chunk_seal(h, prev);
	if (next != prev)
		chunk_seal(h, next);
}

u32 heap_index_key(const struct hyp_heap *h, enum heap_index_id id, const struct heap_chunk *c)
{
	if (id == HEAP_BY_MAPPED)
		return c->size - chunk_off(h, c);
	return chunk_has_tail(c) ? c->next - chunk_off(h, c) : 0;
}

static void index_add(struct hyp_heap *h, enum heap_index_id id, struct heap_chunk *c, bool front)
{
	u32 class = heap_class_of(heap_index_key(h, id, c));
	struct heap_index *ix = &h->index[id];
	u32 off = chunk_off(h, c);

	if (class_empty(ix, class)) {
		c->link[id] = (struct heap_link){ .next = off, .prev = off };
		*class_head(ix, class) = off;
		class_mark(ix, class);
		return;
	}
	ring_insert(h, id, class_first(h, id, class), c);
	if (front)
		*class_head(ix, class) = off;
}

static void index_del(struct hyp_heap *h, enum heap_index_id id, struct heap_chunk *c)
{
	u32 class = heap_class_of(heap_index_key(h, id, c));
	struct heap_index *ix = &h->index[id];
	u32 off = chunk_off(h, c);

	HYP_ASSERT(!class_empty(ix, class));
	if (c->link[id].next == off) {
		HYP_ASSERT(*class_head(ix, class) == off);
		class_unmark(ix, class);
		return;
	}
	ring_remove(h, id, c);
	if (*class_head(ix, class) == off)
		*class_head(ix, class) = c->link[id].next;
}

void heap_index_add(struct hyp_heap *h, struct heap_chunk *c)
{
	c->link[HEAP_BY_SPAN] = (struct heap_link){ 0 };
	index_add(h, HEAP_BY_MAPPED, c, chunk_reclaimable(h, c) > 0);
	if (chunk_has_tail(c))
		index_add(h, HEAP_BY_SPAN, c, false);
}

void heap_index_del(struct hyp_heap *h, struct heap_chunk *c)
{
	index_del(h, HEAP_BY_MAPPED, c);
	if (chunk_has_tail(c))
		index_del(h, HEAP_BY_SPAN, c);
}

struct heap_chunk *heap_index_find(const struct hyp_heap *h, enum heap_index_id id, u32 units)
{
	const struct heap_index *ix = &h->index[id];
	u32 class = heap_class_of(units);
	struct heap_chunk *c;

	if (!class_empty(ix, class)) {
		c = class_first(h, id, class);
		for (unsigned int i = 0; i < HEAP_PROBES; i++) {
			c = ring_before(h, id, c);
			if (heap_index_key(h, id, c) >= units)
				return c;
		}
	}
	class = heap_class_up(ix, class + 1);
	if (class == HEAP_CLASSES)
		return NULL;
	return ring_before(h, id, class_first(h, id, class));
}

/*
 * A free chunk of two mapped pages or more always has one to reclaim, and one of
 * less than a page never: only the classes between them, one row, hold both kinds.
 */
struct heap_chunk *heap_index_reclaim(const struct hyp_heap *h)
{
	const struct heap_index *ix = &h->index[HEAP_BY_MAPPED];
	u32 class = class_down(ix, HEAP_CLASSES - 1);

	while (class < HEAP_CLASSES && class >= heap_class_of(UNITS_PER_PAGE)) {
		struct heap_chunk *c = class_first(h, HEAP_BY_MAPPED, class);

		if (chunk_reclaimable(h, c))
			return c;
		class = class_down(ix, class - 1);
	}
	return NULL;
}

u32 heap_index_largest(const struct hyp_heap *h)
{
	u32 largest = heap_is_empty(h) ? h->end : 0;

	for (unsigned int id = 0; id < HEAP_INDEXES; id++) {
		u32 class = class_down(&h->index[id], HEAP_CLASSES - 1);
		u32 units = class < HEAP_CLASSES ? heap_class_floor(class) : 0;

		largest = units > largest ? units : largest;
	}
	return largest;
}
