/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chunk headers of the heap: their layout, their check values, and the way from
 * one to the next.
 *
 * From the first allocation on, chunks tile the whole range. Everything is
 * counted in units of 16 bytes from the start of the range:
 *
 *	used:	| header | payload .......... |
 *	free:	| header, links | mapped ..... | unmapped ..... |
 *	        ^ offset                      ^ size           ^ next
 *
 * Only a free chunk ends in unmapped bytes. If another chunk follows them, they
 * are a hole, and that chunk starts on a page boundary and says so
 * (CHUNK_HOLE_BEFORE). Two free neighbours without a hole between them are one.
 *
 * Header and links lie in one page, so no chunk starts 16 bytes below a page's
 * end; none starts 16 bytes above its beginning either, so that what precedes it
 * in its page has room for a free chunk. The smallest chunk is 32 bytes.
 */
#ifndef HYP_HEAP_CHUNK_H
#define HYP_HEAP_CHUNK_H

#include "heap.h"
#include "panic.h"

#define UNIT_SHIFT		4
#define UNITS_PER_PAGE		((u32)(HYP_PAGE_SIZE >> UNIT_SHIFT))
#define HEADER_UNITS		1U
#define MIN_CHUNK_UNITS		2U

#define CHUNK_FLAG_BITS		6
#define CHUNK_USED		1U
#define CHUNK_HOLE_BEFORE	2U
#define CHUNK_FLAGS		((1U << CHUNK_FLAG_BITS) - 1)

/* A free chunk's neighbours in the ring of its class. */
struct heap_link {
	u32 next;
	u32 prev;
};

struct heap_chunk {
	u32 prev;	/* the chunk before (the first: 0) << CHUNK_FLAG_BITS | flags */
	u32 next;	/* the chunk behind, or the end of the range */
	u32 size;	/* used: bytes requested; free: where the mapped part ends */
	u32 check;	/* see chunk_check_value(); 0 only in a dead header */
	struct heap_link link[HEAP_INDEXES];	/* payload if the chunk is used */
};

_Static_assert(offsetof(struct heap_chunk, link) == HEADER_UNITS << UNIT_SHIFT, "header");
_Static_assert(sizeof(struct heap_chunk) == MIN_CHUNK_UNITS << UNIT_SHIFT, "smallest chunk");
_Static_assert(PKVM_HEAP_MAX_SIZE >> UNIT_SHIFT <= 1UL << (32 - CHUNK_FLAG_BITS), "offsets");

static inline struct heap_chunk *chunk_at(const struct hyp_heap *h, u32 off)
{
	return (struct heap_chunk *)(uintptr_t)(h->va + ((u64)off << UNIT_SHIFT));
}

static inline u32 chunk_off(const struct hyp_heap *h, const struct heap_chunk *c)
{
	return ((u64)(uintptr_t)c - h->va) >> UNIT_SHIFT;
}

static inline u32 chunk_prev_off(const struct heap_chunk *c)
{
	return c->prev >> CHUNK_FLAG_BITS;
}

static inline bool chunk_is_used(const struct heap_chunk *c)
{
	return c->prev & CHUNK_USED;
}

static inline bool chunk_behind_hole(const struct heap_chunk *c)
{
	return c->prev & CHUNK_HOLE_BEFORE;
}

/* Whether the chunk ends in unmapped bytes. */
static inline bool chunk_has_tail(const struct heap_chunk *c)
{
	return !chunk_is_used(c) && c->size < c->next;
}

static inline u32 chunk_mapped_end(const struct heap_chunk *c)
{
	return chunk_is_used(c) ? c->next : c->size;
}

/* Where chunks may start, see above. */
static inline bool chunk_off_legal(u32 off)
{
	u32 in_page = off % UNITS_PER_PAGE;

	return in_page != 1 && in_page != UNITS_PER_PAGE - 1;
}

static inline u64 chunk_mix(const struct hyp_heap *h, u64 state, u64 word)
{
	state = (state ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return (state ^ state >> 32) + h->key[1];
}

/*
 * Keyed, and over the header's own address, so that neither a stale nor a copied
 * header passes. A free chunk's links are included: they lie where the last owner
 * may still write. Multiply and xor-shift: this is against stray writes and
 * pointers, not against someone who can read the heap and try.
 */
static inline u32 chunk_check_value(const struct hyp_heap *h, const struct heap_chunk *c)
{
	u64 x = chunk_mix(h, h->key[0], (u64)c->next << 32 | c->prev);

	x = chunk_mix(h, x, (u64)chunk_off(h, c) << 32 | c->size);
	if (!chunk_is_used(c)) {
		x = chunk_mix(h, x, (u64)c->link[0].prev << 32 | c->link[0].next);
		x = chunk_mix(h, x, (u64)c->link[1].prev << 32 | c->link[1].next);
	}
	return (x * UINT64_C(0xd6e8feb86659fd93)) >> 32 | 1;
}

static inline bool chunk_is_sound(const struct hyp_heap *h, const struct heap_chunk *c)
{
	return c->check == chunk_check_value(h, c);
}

/* Makes the header's present contents the sound ones. */
static inline void chunk_seal(const struct hyp_heap *h, struct heap_chunk *c)
{
	c->check = chunk_check_value(h, c);
}

/* The chunk at an offset that EL2's own state names: without a sound header it is corrupt. */
static inline struct heap_chunk *chunk_get(const struct hyp_heap *h, u32 off)
{
	struct heap_chunk *c = chunk_at(h, off);

	HYP_ASSERT(off < h->end && chunk_is_sound(h, c));
	return c;
}

/* Whole pages, from start to before end, in units; none if start == end. */
struct heap_run {
	u32 start;
	u32 end;
};

/*
 * The pages of a free chunk that can be unmapped. The page of its header stays,
 * unless the header goes too: a chunk behind a hole then joins its predecessor,
 * and one that is all there is leaves the heap empty. What the chunk has in the
 * page of the next chunk's header stays as well.
 */
static inline struct heap_run chunk_free_pages(const struct hyp_heap *h, const struct heap_chunk *c)
{
	u32 off = chunk_off(h, c);
	bool may_go = chunk_behind_hole(c) || (!off && c->next == h->end);
	struct heap_run run = {
		.start = may_go ? off : ALIGN_UP(off + 1, UNITS_PER_PAGE),
		.end = ALIGN_DOWN(c->size, UNITS_PER_PAGE),
	};

	if (run.end < run.start)
		run.end = run.start;
	return run;
}

/* Their number. */
static inline u32 chunk_reclaimable(const struct hyp_heap *h, const struct heap_chunk *c)
{
	struct heap_run run = chunk_free_pages(h, c);

	return (run.end - run.start) / UNITS_PER_PAGE;
}

static inline bool heap_is_empty(const struct hyp_heap *h)
{
	return !(h->stats.chunks_used + h->stats.chunks_free);
}

/* The chunk at an offset that may be anything; NULL if there is none. Reads mapped memory only. */
struct heap_chunk *chunk_probe(const struct hyp_heap *h, u64 off);

/* The chunk before c, verified both ways. NULL for the first. */
struct heap_chunk *chunk_before(const struct hyp_heap *h, const struct heap_chunk *c);

/* Writes the header of a new free chunk, which space_put() completes. */
void chunk_init_free(struct heap_chunk *c, u32 prev, u32 mapped_end, u32 next);

/* Scrubs a header whose chunk becomes part of heir, which walks in progress then stand on. */
void chunk_kill(struct hyp_heap *h, struct heap_chunk *c, u32 heir);

/*
 * Where a walk that was told given continues: *ret, the offset of a live header
 * (or the end, or 0 in an empty heap). False if the place is gone.
 */
bool heap_cursor_resume(const struct hyp_heap *h, enum heap_cursor_id id, u64 given, u32 *ret);

/* Registers where the walk continues; valid until the next one registers. */
void heap_cursor_set(struct hyp_heap *h, enum heap_cursor_id id, u32 off);

#endif
