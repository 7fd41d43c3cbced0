// SPDX-License-Identifier: GPL-2.0-only
/* The heap's free space, see heap_space.h. */
#include "heap_space.h"
#include "heap_index.h"

static bool ends_in_hole(const struct hyp_heap *h, const struct heap_chunk *c)
{
	return chunk_has_tail(c) && c->next < h->end;
}

void space_put(struct hyp_heap *h, struct heap_chunk *c)
{
	struct pkvm_heap_stats *stats = &h->stats;

	stats->chunks_free++;
	stats->free_mapped += (u64)(c->size - chunk_off(h, c)) << UNIT_SHIFT;
	stats->holes += ends_in_hole(h, c);
	WRITE_ONCE(stats->reclaimable, stats->reclaimable + chunk_reclaimable(h, c));
	heap_index_add(h, c);
	chunk_seal(h, c);
}

void space_take(struct hyp_heap *h, struct heap_chunk *c)
{
	struct pkvm_heap_stats *stats = &h->stats;

	heap_index_del(h, c);
	stats->chunks_free--;
	stats->free_mapped -= (u64)(c->size - chunk_off(h, c)) << UNIT_SHIFT;
	stats->holes -= ends_in_hole(h, c);
	WRITE_ONCE(stats->reclaimable, stats->reclaimable - chunk_reclaimable(h, c));
}

/* The chunk behind c, verified both ways. */
static struct heap_chunk *chunk_behind(const struct hyp_heap *h, const struct heap_chunk *c,
				       u32 was)
{
	struct heap_chunk *next = chunk_get(h, c->next);

	HYP_ASSERT(chunk_prev_off(next) == was);
	return next;
}

u32 space_absorb_next(struct hyp_heap *h, struct heap_chunk *c, u32 was)
{
	struct heap_chunk *next;

	if (c->next == h->end || chunk_has_tail(c))
		return was;
	next = chunk_behind(h, c, was);
	if (chunk_is_used(next))
		return was;
	space_take(h, next);
	was = c->next;
	c->next = next->next;
	c->size = next->size;
	chunk_kill(h, next, chunk_off(h, c));
	return was;
}

struct heap_chunk *space_join_prev(struct hyp_heap *h, struct heap_chunk *c)
{
	struct heap_chunk *prev = chunk_before(h, c);

	if (!prev || chunk_is_used(prev) || chunk_has_tail(prev))
		return c;
	space_take(h, prev);
	prev->next = c->next;
	prev->size = c->size;
	chunk_kill(h, c, chunk_off(h, prev));
	return prev;
}

void space_tell_next(struct hyp_heap *h, const struct heap_chunk *c, u32 was)
{
	struct heap_chunk *next;
	u32 flags;

	if (c->next == h->end)
		return;
	next = chunk_behind(h, c, was);
	flags = (next->prev & CHUNK_USED) | (chunk_has_tail(c) ? CHUNK_HOLE_BEFORE : 0);
	if (chunk_is_used(next) || flags == (next->prev & CHUNK_FLAGS)) {
		next->prev = chunk_off(h, c) << CHUNK_FLAG_BITS | flags;
		chunk_seal(h, next);
		return;
	}
	/* What is behind a hole can be reclaimed in another way: it changes places. */
	space_take(h, next);
	next->prev = chunk_off(h, c) << CHUNK_FLAG_BITS | flags;
	space_put(h, next);
}
