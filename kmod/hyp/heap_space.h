/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap's free space: chunks entering and leaving it with all that is counted
 * about them, and what neighbours have to know of each other. Allocation, free
 * and reclaim are built from these steps, under the heap's lock:
 *
 *	take a chunk out, change it, join it, tell the chunk behind, put it back.
 */
#ifndef HYP_HEAP_SPACE_H
#define HYP_HEAP_SPACE_H

#include "heap_chunk.h"

/* Makes a free chunk available: enters it into the indexes, counts it, seals it. */
void space_put(struct hyp_heap *h, struct heap_chunk *c);

/* The opposite; from here on the caller owns the chunk. */
void space_take(struct hyp_heap *h, struct heap_chunk *c);

/*
 * Joins c, free and taken out, with a free chunk right behind it. was is the
 * chunk that the one behind still takes to be before it; returns the same for the
 * one that is behind c afterwards.
 */
u32 space_absorb_next(struct hyp_heap *h, struct heap_chunk *c, u32 was);

/*
 * Joins c, free and taken out, to the free chunk right before it. Returns the
 * chunk that now covers both (c itself if there was nothing to join), taken out.
 */
struct heap_chunk *space_join_prev(struct hyp_heap *h, struct heap_chunk *c);

/*
 * Tells the chunk behind c what is before it now: c's offset, and whether there
 * is a hole. was as above.
 */
void space_tell_next(struct hyp_heap *h, const struct heap_chunk *c, u32 was);

#endif
