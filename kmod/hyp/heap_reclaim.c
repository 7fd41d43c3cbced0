// SPDX-License-Identifier: GPL-2.0-only
/* The heap's way back to the stock: unmapping the whole free pages of free chunks. */
#include "heap.h"
#include "heap_chunk.h"
#include "heap_index.h"
#include "heap_space.h"
#include "trace.h"

static void unmap(struct hyp_heap *h, u32 start, u32 end)
{
	u64 pages = (end - start) / UNITS_PER_PAGE;
	u64 offset = (u64)start << UNIT_SHIFT;

	hyp_unmap(h->va + offset, pages);
	trace(PKVM_TRACE_HEAP_UNMAP, h->trace_id, offset, pages);
	h->stats.mapped -= pages << HYP_PAGE_SHIFT;
}

/*
 * What c, taken out, has in the page of the next chunk's header becomes a chunk
 * of its own, behind the hole that is about to begin at end.
 */
static void split_off_rest(struct hyp_heap *h, struct heap_chunk *c, u32 end)
{
	struct heap_chunk *rest = chunk_at(h, end);
	u32 off = chunk_off(h, c);

	chunk_init_free(rest, off, c->size, c->next);
	rest->prev |= CHUNK_HOLE_BEFORE;
	c->next = end;
	c->size = end;
	space_tell_next(h, rest, off);
	space_put(h, rest);
}

/*
 * The chunk c, taken out, goes with its pages: its predecessor's hole grows over
 * it. Without a predecessor it was the last one, and the heap has no chunk any more.
 */
static void unmap_whole(struct hyp_heap *h, struct heap_chunk *c, struct heap_run run)
{
	struct heap_chunk *prev = chunk_before(h, c);
	u32 next = c->next;

	if (!prev) {
		unmap(h, run.start, run.end);
		return;
	}
	HYP_ASSERT(chunk_has_tail(prev));
	space_take(h, prev);
	prev->next = next;
	chunk_kill(h, c, chunk_off(h, prev));
	unmap(h, run.start, run.end);
	space_tell_next(h, prev, run.start);
	space_put(h, prev);
}

/* Unmaps the last pages of what can be unmapped of c, most at a time. Returns their number. */
static u64 reclaim_chunk(struct hyp_heap *h, struct heap_chunk *c, u64 most)
{
	struct heap_run run = chunk_free_pages(h, c);
	u32 off = chunk_off(h, c);
	u64 pages = min_u64((run.end - run.start) / UNITS_PER_PAGE, most);

	run.start = run.end - pages * UNITS_PER_PAGE;
	space_take(h, c);
	if (run.end < c->size)
		split_off_rest(h, c, run.end);
	if (run.start == off) {
		unmap_whole(h, c, run);
	} else {
		c->size = run.start;
		unmap(h, run.start, run.end);
		space_tell_next(h, c, off);
		space_put(h, c);
	}
	h->generation++;
	return pages;
}

u64 heap_reclaim(struct hyp_heap *h, u64 target_pages)
{
	u64 done = 0;

	hyp_spin_lock(&h->lock);
	while (done < target_pages) {
		struct heap_chunk *c = heap_index_reclaim(h);

		if (!c)
			break;
		done += reclaim_chunk(h, c, target_pages - done);
	}
	hyp_spin_unlock(&h->lock);
	return done;
}
