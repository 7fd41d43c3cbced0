/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap's free chunks by size class (struct heap_index), so that finding one
 * is O(1). All functions are called under the heap's lock and keep the check
 * values of the chunks in the rings, except of the chunk they are called for.
 */
#ifndef HYP_HEAP_INDEX_H
#define HYP_HEAP_INDEX_H

#include "heap_chunk.h"

/* A class as one number that grows with the size: row * HEAP_COLS + column. */
#define HEAP_CLASSES	(HEAP_ROWS * HEAP_COLS)

/* The class that holds a size (in units, below 2^27). */
u32 heap_class_of(u32 units);

/* The smallest size of a class. */
u32 heap_class_floor(u32 class);

/* The first class with a chunk from class on; HEAP_CLASSES if there is none. */
u32 heap_class_up(const struct heap_index *ix, u32 class);

/* What an index sorts a free chunk by, in units; 0 if the chunk does not belong into it. */
u32 heap_index_key(const struct hyp_heap *h, enum heap_index_id id, const struct heap_chunk *c);

/* Puts a free chunk into the indexes it belongs to, or takes it out. */
void heap_index_add(struct hyp_heap *h, struct heap_chunk *c);
void heap_index_del(struct hyp_heap *h, struct heap_chunk *c);

/*
 * A chunk whose key is at least units. NULL if there is none but, perhaps, one
 * of the class of units itself.
 */
struct heap_chunk *heap_index_find(const struct hyp_heap *h, enum heap_index_id id, u32 units);

/* Of the chunks with something to reclaim one in the highest class by mapped bytes, or NULL. */
struct heap_chunk *heap_index_reclaim(const struct hyp_heap *h);

/* The largest span of a free chunk, rounded down to its class. In units. */
u32 heap_index_largest(const struct hyp_heap *h);

#endif
