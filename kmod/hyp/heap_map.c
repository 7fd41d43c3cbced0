// SPDX-License-Identifier: GPL-2.0-only
/* The heap's map: its chunks in ascending order, a few per call. */
#include "heap.h"
#include "errno.h"
#include "heap_chunk.h"

static void encode(u64 entry[2], u32 off, enum pkvm_chunk kind, u32 mapped_end, u32 next)
{
	entry[0] = (u64)off << UNIT_SHIFT | kind;
	entry[1] = (u64)(next - off) << UNIT_SHIFT | (u64)(mapped_end - off) << (UNIT_SHIFT + 32);
}

/* Fills in the chunks from off on; *ret_next is where the walk continues, or the end. */
static int fill(const struct hyp_heap *h, u32 off, u64 *entries, u32 *ret_next)
{
	int nr = 0;

	if (heap_is_empty(h)) {
		encode(entries, 0, PKVM_CHUNK_FREE, 0, h->end);
		*ret_next = h->end;
		return 1;
	}
	while (off < h->end && nr < PKVM_MAP_ENTRIES) {
		const struct heap_chunk *c = chunk_get(h, off);

		encode(&entries[2 * nr], off, chunk_is_used(c) ? PKVM_CHUNK_USED : PKVM_CHUNK_FREE,
		       chunk_mapped_end(c), c->next);
		nr++;
		off = c->next;
	}
	*ret_next = off;
	return nr;
}

int heap_map_next(struct hyp_heap *h, u64 *cursor, u64 entries[2 * PKVM_MAP_ENTRIES])
{
	u64 given = *cursor >> UNIT_SHIFT;
	int nr = -HYP_EBUSY;
	u32 off;

	if (!IS_ALIGNED(*cursor, 1U << UNIT_SHIFT) || given >= h->end || !chunk_off_legal(given))
		return -HYP_EINVAL;
	hyp_spin_lock(&h->lock);
	if (heap_cursor_resume(h, HEAP_CURSOR_MAP, given, &off)) {
		nr = fill(h, off, entries, &off);
		if (off < h->end)
			heap_cursor_set(h, HEAP_CURSOR_MAP, off);
		*cursor = off < h->end ? (u64)off << UNIT_SHIFT : 0;
	}
	hyp_spin_unlock(&h->lock);
	return nr;
}
