// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verification of every invariant of the heap, some chunks at a time.
 *
 * First a walk over all chunks in ascending order: each header on its own, then
 * against its neighbours by address and by ring. Then, if nothing has changed
 * since the start, the sums against the counters and each ring from its head:
 * sound rings that hold as many chunks as the walk has seen hold them all.
 *
 * Whatever is read was verified to be mapped, and whatever is followed to be a
 * sound header: a check of a corrupt heap ends in a result.
 */
#include "heap.h"
#include "heap_chunk.h"
#include "heap_index.h"

#define STAGE_WALK	0U
#define STAGE_LISTS	1U
#define STAGE_END	(STAGE_LISTS + HEAP_INDEXES)

static bool unit_mapped(const struct hyp_heap *h, u32 off)
{
	return hyp_mapped((uintptr_t)chunk_at(h, off));
}

/* A used chunk holds what was asked for and, at its end, at most 2 units that could be no chunk. */
static bool used_bounds_ok(u32 span, u32 bytes)
{
	u32 need = HEADER_UNITS + (ALIGN_UP((u64)bytes, 1U << UNIT_SHIFT) >> UNIT_SHIFT);

	return bytes && span >= need && span - need <= MIN_CHUNK_UNITS;
}

static bool free_bounds_ok(const struct hyp_heap *h, const struct heap_chunk *c, u32 off)
{
	if (c->size < off + MIN_CHUNK_UNITS || c->size > c->next)
		return false;
	if (c->size == c->next)
		return true;
	return IS_ALIGNED(c->size, UNITS_PER_PAGE) && IS_ALIGNED(c->next, UNITS_PER_PAGE) &&
	       !unit_mapped(h, c->size) && !unit_mapped(h, c->next - 1);
}

static enum pkvm_check check_bounds(const struct hyp_heap *h, const struct heap_chunk *c, u32 off)
{
	u32 next = c->next;

	if (c->prev & CHUNK_FLAGS & ~(CHUNK_USED | CHUNK_HOLE_BEFORE))
		return PKVM_CHECK_BOUNDS;
	if (next > h->end || next < off + MIN_CHUNK_UNITS)
		return PKVM_CHECK_BOUNDS;
	if (chunk_is_used(c) ? !used_bounds_ok(next - off, c->size) : !free_bounds_ok(h, c, off))
		return PKVM_CHECK_BOUNDS;
	if (!unit_mapped(h, chunk_mapped_end(c) - 1))
		return PKVM_CHECK_BOUNDS;
	return PKVM_CHECK_OK;
}

/* The chunk before c names c, what c says of a hole is true, and the two are rightly two. */
static enum pkvm_check check_prev(const struct hyp_heap *h, const struct heap_chunk *c, u32 off)
{
	u32 prev_off = chunk_prev_off(c);
	const struct heap_chunk *prev;

	if (!off)
		return prev_off || chunk_behind_hole(c) ? PKVM_CHECK_LINK : PKVM_CHECK_OK;
	prev = prev_off < off ? chunk_probe(h, prev_off) : NULL;
	if (!prev || prev->next != off || chunk_has_tail(prev) != chunk_behind_hole(c))
		return PKVM_CHECK_LINK;
	if (!chunk_is_used(prev) && !chunk_is_used(c) && !chunk_has_tail(prev))
		return PKVM_CHECK_LINK;
	return PKVM_CHECK_OK;
}

/* Whether off is a free chunk that an index holds in class; NULL if not. */
static const struct heap_chunk *probe_listed(const struct hyp_heap *h, enum heap_index_id id,
					     u32 off, u32 class)
{
	const struct heap_chunk *c = chunk_probe(h, off);
	u32 key;

	if (!c || chunk_is_used(c))
		return NULL;
	key = heap_index_key(h, id, c);
	return key && heap_class_of(key) == class ? c : NULL;
}

/*
 * The next chunk in the ring is of the same class and names this one. That holds
 * for the one before as well, once it has been its turn.
 */
static enum pkvm_check check_ring(const struct hyp_heap *h, enum heap_index_id id,
				  const struct heap_chunk *c, u32 off)
{
	u32 class = heap_class_of(heap_index_key(h, id, c));
	const struct heap_chunk *next = probe_listed(h, id, c->link[id].next, class);

	if (!next)
		return PKVM_CHECK_LIST;
	return next->link[id].prev == off ? PKVM_CHECK_OK : PKVM_CHECK_LINK;
}

static enum pkvm_check check_rings(const struct hyp_heap *h, const struct heap_chunk *c, u32 off)
{
	enum pkvm_check found = check_ring(h, HEAP_BY_MAPPED, c, off);

	if (found == PKVM_CHECK_OK && chunk_has_tail(c))
		found = check_ring(h, HEAP_BY_SPAN, c, off);
	return found;
}

/* The chunk behind c names c. If there is none, the walk is about to say so. */
static enum pkvm_check check_next(const struct hyp_heap *h, const struct heap_chunk *c, u32 off)
{
	const struct heap_chunk *next = chunk_probe(h, c->next);

	return next && chunk_prev_off(next) != off ? PKVM_CHECK_LINK : PKVM_CHECK_OK;
}

static void sum_up(const struct hyp_heap *h, struct heap_check *check, const struct heap_chunk *c)
{
	u64 mapped = (u64)(chunk_mapped_end(c) - chunk_off(h, c)) << UNIT_SHIFT;
	struct pkvm_heap_stats *sum = &check->sum;

	sum->mapped += mapped;
	if (chunk_is_used(c)) {
		sum->chunks_used++;
		sum->used += c->size;
		return;
	}
	sum->chunks_free++;
	sum->free_mapped += mapped;
	sum->reclaimable += chunk_reclaimable(h, c);
	sum->holes += chunk_has_tail(c) && c->next < h->end;
	check->tails += chunk_has_tail(c);
}

/* One chunk of the walk. *off moves on to the next. */
static enum pkvm_check check_chunk(const struct hyp_heap *h, struct heap_check *check, u32 *off)
{
	const struct heap_chunk *c = chunk_probe(h, *off);
	enum pkvm_check found;

	if (!c)
		return PKVM_CHECK_HEADER;
	found = check_bounds(h, c, *off);
	if (found == PKVM_CHECK_OK)
		found = check_prev(h, c, *off);
	if (found == PKVM_CHECK_OK)
		found = check_next(h, c, *off);
	if (found == PKVM_CHECK_OK && !chunk_is_used(c))
		found = check_rings(h, c, *off);
	if (found != PKVM_CHECK_OK)
		return found;
	sum_up(h, check, c);
	*off = c->next;
	return PKVM_CHECK_OK;
}

static bool totals_agree(const struct hyp_heap *h, const struct heap_check *check)
{
	const struct pkvm_heap_stats *sum = &check->sum;
	const struct pkvm_heap_stats *stats = &h->stats;

	return sum->used == stats->used && sum->mapped == stats->mapped &&
	       sum->free_mapped == stats->free_mapped && sum->holes == stats->holes &&
	       sum->chunks_used == stats->chunks_used && sum->chunks_free == stats->chunks_free &&
	       sum->reclaimable == stats->reclaimable;
}

static bool bitmaps_agree(const struct heap_index *ix)
{
	for (u32 row = 0; row < HEAP_ROWS; row++)
		if ((ix->rows >> row & 1) != !!ix->cols[row])
			return false;
	return !(ix->rows >> HEAP_ROWS);
}

/* Begins with the first class from class on that has a chunk; none: class is HEAP_CLASSES. */
static void enter_class(const struct heap_index *ix, struct heap_check *check, u32 class)
{
	check->class = heap_class_up(ix, class);
	check->behind_front = false;
	if (check->class < HEAP_CLASSES)
		check->next = ix->head[check->class / HEAP_COLS][check->class % HEAP_COLS];
}

/* One chunk of a ring, whose links the walk has verified. Moves on, at its end to the next ring. */
static enum pkvm_check check_listed(const struct hyp_heap *h, enum heap_index_id id,
				    struct heap_check *check)
{
	const struct heap_index *ix = &h->index[id];
	const struct heap_chunk *c = probe_listed(h, id, check->next, check->class);
	u32 head = ix->head[check->class / HEAP_COLS][check->class % HEAP_COLS];

	if (!c || ++check->listed > check->sum.chunks_free)
		return PKVM_CHECK_LIST;
	if (id == HEAP_BY_MAPPED) {
		bool front = chunk_reclaimable(h, c);

		if (front && check->behind_front)
			return PKVM_CHECK_LIST;
		check->behind_front = !front;
	}
	check->next = c->link[id].next;
	if (check->next == head)
		enter_class(ix, check, check->class + 1);
	return PKVM_CHECK_OK;
}

/* Enters the stage after the walk or after an index. */
static enum pkvm_check next_stage(const struct hyp_heap *h, struct heap_check *check)
{
	check->stage++;
	if (check->stage == STAGE_LISTS && !totals_agree(h, check))
		return PKVM_CHECK_TOTALS;
	if (check->stage == STAGE_END)
		return PKVM_CHECK_OK;
	if (!bitmaps_agree(&h->index[check->stage - STAGE_LISTS]))
		return PKVM_CHECK_LIST;
	check->listed = 0;
	enter_class(&h->index[check->stage - STAGE_LISTS], check, 0);
	return PKVM_CHECK_OK;
}

/* Spends budget on the walk. True if there is something left to do or to compare. */
static bool step_walk(struct hyp_heap *h, struct heap_check *check, u64 *budget)
{
	bool changed = check->generation != h->generation;
	u32 off;

	if (!heap_cursor_resume(h, HEAP_CURSOR_CHECK, check->next, &off)) {
		check->result = changed ? PKVM_CHECK_BUSY : PKVM_CHECK_HEADER;
		check->offset = changed ? 0 : (u64)check->next << UNIT_SHIFT;
		return false;
	}
	if (heap_is_empty(h))
		off = h->end;
	for (; off < h->end && *budget; --*budget) {
		check->result = check_chunk(h, check, &off);
		if (check->result != PKVM_CHECK_OK) {
			check->offset = (u64)off << UNIT_SHIFT;
			return false;
		}
	}
	check->next = off;
	if (off < h->end) {
		heap_cursor_set(h, HEAP_CURSOR_CHECK, off);
		return true;
	}
	check->result = changed ? PKVM_CHECK_BUSY : next_stage(h, check);
	return check->result == PKVM_CHECK_OK;
}

/* Spends budget on an index. True if something is left to do. */
static bool step_lists(struct hyp_heap *h, struct heap_check *check, u64 *budget)
{
	enum heap_index_id id = check->stage - STAGE_LISTS;
	u64 expected = id == HEAP_BY_MAPPED ? check->sum.chunks_free : check->tails;

	if (check->generation != h->generation) {
		check->result = PKVM_CHECK_BUSY;
		return false;
	}
	for (; check->class < HEAP_CLASSES && *budget; --*budget) {
		u32 off = check->next;

		check->result = check_listed(h, id, check);
		if (check->result != PKVM_CHECK_OK) {
			check->offset = (u64)off << UNIT_SHIFT;
			return false;
		}
	}
	if (check->class < HEAP_CLASSES)
		return true;
	check->result = check->listed == expected ? next_stage(h, check) : PKVM_CHECK_LIST;
	return check->result == PKVM_CHECK_OK && check->stage < STAGE_END;
}

void heap_check_start(struct hyp_heap *h, struct heap_check *check)
{
	*check = (struct heap_check){ .stage = STAGE_WALK };
	hyp_spin_lock(&h->lock);
	check->generation = h->generation;
	hyp_spin_unlock(&h->lock);
}

bool heap_check_step(struct hyp_heap *h, struct heap_check *check, u64 budget)
{
	bool more = true;

	hyp_spin_lock(&h->lock);
	while (more && budget) {
		if (check->stage == STAGE_WALK)
			more = step_walk(h, check, &budget);
		else
			more = step_lists(h, check, &budget);
	}
	hyp_spin_unlock(&h->lock);
	return more;
}

enum pkvm_check heap_check(struct hyp_heap *h, u64 *ret_offset)
{
	struct heap_check check;

	heap_check_start(h, &check);
	while (heap_check_step(h, &check, 4096))
		;
	*ret_offset = check.offset;
	return check.result;
}
