/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain heap that ours is measured against: all chunks in one list in the
 * order of their addresses, best fit by walking it. Headers, check values and
 * holes are the real heap's (heap_chunk.h); only the search differs.
 */
#ifndef BENCH_LIST_HEAP_H
#define BENCH_LIST_HEAP_H

#include "../../kmod/hyp/types.h"

/* Over [va, va + size), of which nothing is mapped. One instance. */
void list_heap_start(u64 va, u64 size, const u64 key[2]);

/* Zeroed, 16-byte aligned; NULL if the range is full. */
void *list_heap_alloc(u64 size);

/* p is what list_heap_alloc() returned; anything else ends the program if it is found. */
void list_heap_free(void *p);

#endif
