// SPDX-License-Identifier: GPL-2.0-only
/* The heap at EL2: allocation, free, statistics. heap_chunk.h shows the layout. */
#include "heap.h"
#include "errno.h"
#include "heap_chunk.h"
#include "heap_index.h"
#include "heap_space.h"
#include "string.h"
#include "trace.h"

/* Where an allocation goes: decided first, then done. In units. */
struct placement {
	struct heap_chunk *chunk;	/* free, still in the indexes; NULL in an empty heap */
	u32 from;			/* start of the free chunk */
	u32 start;			/* of the new chunk; what is before it stays free */
	u32 end;
	u32 limit;			/* end of the free chunk */
	u32 mapped;			/* end of its mapped part */
	u32 map_to;			/* where the mapped part will have to end */
};

void heap_init(struct hyp_heap *h, u64 va, u64 size, const u64 key[2])
{
	HYP_ASSERT(IS_ALIGNED(va, HYP_PAGE_SIZE) && IS_ALIGNED(size, HYP_PAGE_SIZE));
	HYP_ASSERT(size >= PKVM_HEAP_MIN_SIZE && size <= PKVM_HEAP_MAX_SIZE);
	memset(h, 0, sizeof(*h));
	h->va = va;
	h->end = size >> UNIT_SHIFT;
	h->key[0] = key[0];
	h->key[1] = key[1];
	h->stats.size = size;
}

/* The end of a chunk of need units at start, moved up to where another may start. */
static u32 chunk_end(u32 start, u32 need, u32 limit)
{
	u32 end = start + need;

	if (end < limit && !chunk_off_legal(end))
		end++;
	return limit - end < MIN_CHUNK_UNITS ? limit : end;
}

/* The free chunk to allocate from: mapped memory goes before new pages. */
static struct heap_chunk *find(const struct hyp_heap *h, u32 need)
{
	struct heap_chunk *c = heap_index_find(h, HEAP_BY_MAPPED, need);

	return c ? c : heap_index_find(h, HEAP_BY_SPAN, need);
}

/*
 * Where the new chunk lies in the free one: at its start, unless what is left over
 * behind it would then start on a page boundary. If that were reclaimed, a page
 * would stay for nothing but its header.
 */
static void place_within(struct placement *p, u32 need)
{
	u32 shifted = chunk_end(p->from, MIN_CHUNK_UNITS, p->limit);

	p->start = p->from;
	p->end = chunk_end(p->start, need, p->limit);
	if (p->end == p->limit || p->end % UNITS_PER_PAGE || p->limit - shifted < need)
		return;
	p->start = shifted;
	p->end = chunk_end(p->start, need, p->limit);
}

/* Decides where need units go. False: there is no free span of that size. */
static bool place(const struct hyp_heap *h, u32 need, struct placement *ret)
{
	struct placement p = { .limit = h->end };

	if (!heap_is_empty(h)) {
		p.chunk = find(h, need);
		if (!p.chunk)
			return false;
		p.from = chunk_off(h, p.chunk);
		p.limit = p.chunk->next;
		p.mapped = p.chunk->size;
	}
	place_within(&p, need);
	/* place_within() avoids page boundaries: the header of what is left over is mapped, too. */
	p.map_to = p.mapped < p.end ? ALIGN_UP(p.end, UNITS_PER_PAGE) : p.mapped;
	*ret = p;
	return true;
}

/* Maps what the placement lacks. The only step of an allocation that can fail. */
static int map_placement(struct hyp_heap *h, const struct placement *p, struct hyp_ask *ask)
{
	u64 va = h->va + ((u64)p->mapped << UNIT_SHIFT);
	u64 pages = (p->map_to - p->mapped) / UNITS_PER_PAGE;
	int err;

	if (!pages)
		return 0;
	err = hyp_reserve(ask, hyp_map_cost(va, pages));
	if (err)
		return err;
	hyp_map(va, pages);
	trace(PKVM_TRACE_HEAP_MAP, h->trace_id, va - h->va, pages);
	h->stats.mapped += pages << HYP_PAGE_SHIFT;
	return 0;
}

/* Makes a free chunk of what the placement leaves over behind it. */
static void put_rest(struct hyp_heap *h, const struct placement *p)
{
	struct heap_chunk *rest = chunk_at(h, p->end);
	u32 was;

	chunk_init_free(rest, p->start, p->map_to, p->limit);
	/* Once a hole is mapped to its end, what was behind it is adjacent. */
	was = space_absorb_next(h, rest, p->from);
	space_tell_next(h, rest, was);
	space_put(h, rest);
}

/* Leaves to the free chunk what is before the placement. */
static void put_front(struct hyp_heap *h, const struct placement *p)
{
	struct heap_chunk *front = chunk_at(h, p->from);

	front->next = p->start;
	front->size = p->start;
	space_put(h, front);
	chunk_at(h, p->start)->prev = p->from << CHUNK_FLAG_BITS;
}

/*
 * Turns the placement, mapped and taken out, into a used chunk. Returns its payload,
 * zeroed. New pages are zero, which also is the header that a heap without chunks
 * begins with.
 */
static void *carve(struct hyp_heap *h, const struct placement *p, u64 size)
{
	struct heap_chunk *c = chunk_at(h, p->start);
	u32 recycled = p->end < p->mapped ? p->end : p->mapped;

	if (p->start > p->from)
		put_front(h, p);
	c->prev |= CHUNK_USED;
	c->next = p->end;
	c->size = size;
	if (p->end < p->limit)
		put_rest(h, p);
	else
		space_tell_next(h, c, p->from);
	if (recycled > p->start)
		memset(c->link, 0, (u64)(recycled - p->start - HEADER_UNITS) << UNIT_SHIFT);
	chunk_seal(h, c);
	return c->link;
}

static int alloc_locked(struct hyp_heap *h, u64 size, struct hyp_ask *ask, void **ret)
{
	struct placement p;
	u32 need;
	int err;

	if (!size)
		return -HYP_EINVAL;
	if (size > ((u64)(h->end - HEADER_UNITS) << UNIT_SHIFT))
		return -HYP_ENOSPC;
	need = HEADER_UNITS + (ALIGN_UP(size, 1U << UNIT_SHIFT) >> UNIT_SHIFT);
	if (!place(h, need, &p))
		return -HYP_ENOSPC;
	err = map_placement(h, &p, ask);
	if (err)
		return err;
	if (p.chunk)
		space_take(h, p.chunk);
	*ret = carve(h, &p, size);
	h->stats.chunks_used++;
	h->stats.used += size;
	h->generation++;
	return 0;
}

static void note_alloc(struct hyp_heap *h, const void *p, u64 size)
{
	h->stats.allocs++;
	trace(PKVM_TRACE_HEAP_ALLOC, h->trace_id, (uintptr_t)p - h->va, size);
}

int heap_alloc(struct hyp_heap *h, u64 size, struct hyp_ask *ask, void **ret)
{
	int err;

	hyp_spin_lock(&h->lock);
	err = alloc_locked(h, size, ask, ret);
	/* What lacks pages is a request, to be called again: no failure yet. */
	if (!err)
		note_alloc(h, *ret, size);
	else if (err != -HYP_ENOMEM || !ask->shortage)
		h->stats.failures++;
	hyp_spin_unlock(&h->lock);
	return err;
}

/* The used chunk whose payload starts at p; NULL if there is none. */
static struct heap_chunk *chunk_of(const struct hyp_heap *h, const void *p)
{
	u64 offset = (u64)(uintptr_t)p - h->va;
	struct heap_chunk *c;

	if (!IS_ALIGNED(offset, 1U << UNIT_SHIFT) || !offset)
		return NULL;
	c = chunk_probe(h, (offset >> UNIT_SHIFT) - HEADER_UNITS);
	return c && chunk_is_used(c) ? c : NULL;
}

static void free_chunk(struct hyp_heap *h, struct heap_chunk *c)
{
	u32 was = chunk_off(h, c);

	h->stats.chunks_used--;
	h->stats.used -= c->size;
	c->prev &= ~CHUNK_USED;
	c->size = c->next;
	was = space_absorb_next(h, c, was);
	c = space_join_prev(h, c);
	space_tell_next(h, c, was);
	space_put(h, c);
	h->generation++;
}

int heap_free(struct hyp_heap *h, void *p)
{
	struct heap_chunk *c;

	hyp_spin_lock(&h->lock);
	c = chunk_of(h, p);
	if (c) {
		trace(PKVM_TRACE_HEAP_FREE, h->trace_id, (uintptr_t)p - h->va, c->size);
		free_chunk(h, c);
		h->stats.frees++;
	} else {
		h->stats.misuses++;
	}
	hyp_spin_unlock(&h->lock);
	return c ? 0 : -HYP_EINVAL;
}

u64 heap_reclaimable(const struct hyp_heap *h)
{
	return READ_ONCE(h->stats.reclaimable);
}

void heap_stats(struct hyp_heap *h, struct pkvm_heap_stats *ret)
{
	hyp_spin_lock(&h->lock);
	*ret = h->stats;
	ret->largest_free = (u64)heap_index_largest(h) << UNIT_SHIFT;
	hyp_spin_unlock(&h->lock);
}
