/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap at EL2: variable-sized, zeroed objects in one private VA range that
 * is mapped and unmapped page by page on demand.
 *
 * All functions but heap_init() may be called on any CPU at any time, with any
 * lock that comes before the heap's in the lock order (spinlock.h); they take
 * the heap's lock themselves. What is O(1) is so in the number of chunks;
 * zeroing and mapping are O(pages). Offsets are in bytes from the start of the
 * range. A corrupt header or link of the heap's own ends in hyp_panic(), a
 * caller's mistake in an errno.
 */
#ifndef HYP_HEAP_H
#define HYP_HEAP_H

#include <pkvm/hypercall.h>

#include "mm.h"
#include "spinlock.h"
#include "types.h"

/*
 * Size classes, two levels: a row for each power of two, cut into equal columns.
 * Row 0 holds the sizes below HEAP_COLS units, one class each. Sizes are in
 * units of 16 bytes and reach 2^26 (1 GiB).
 */
#define HEAP_COL_BITS	4
#define HEAP_COLS	(1U << HEAP_COL_BITS)
#define HEAP_ROWS	(26 - HEAP_COL_BITS + 2)

/* Free chunks by size class: rings of chunks, and bitmaps of the classes that have any. */
struct heap_index {
	u32 rows;			/* rows with a chunk */
	u16 cols[HEAP_ROWS];		/* columns with a chunk */
	u32 head[HEAP_ROWS][HEAP_COLS];	/* offset in units; meaningless if the bit is clear */
};

enum heap_index_id {
	HEAP_BY_MAPPED,			/* every free chunk, by mapped bytes */
	HEAP_BY_SPAN,			/* those that end in unmapped bytes, by span */
	HEAP_INDEXES
};

/* A position in a walk over all chunks that outlives the header it stands on. In units. */
struct heap_cursor {
	u32 given;			/* what the walker was told */
	u32 now;			/* the chunk that covers that place today */
};

enum heap_cursor_id {
	HEAP_CURSOR_MAP,
	HEAP_CURSOR_CHECK,
	HEAP_CURSORS
};

/* All fields are private to heap*.c and, but for lock, under lock. */
struct hyp_heap {
	struct hyp_spinlock lock;
	u32 end;			/* of the range, in units */
	u64 va;				/* of the range */
	u64 key[2];			/* of the headers' check values */
	u64 generation;			/* counts every change */
	u32 trace_id;			/* enum pkvm_trace_heap; set by its owner */
	struct heap_cursor cursor[HEAP_CURSORS];
	struct heap_index index[HEAP_INDEXES];
	struct pkvm_heap_stats stats;	/* largest_free is computed on demand */
};

/*
 * Prepares a heap over [va, va + size), of which nothing is mapped. va and size
 * are page aligned, size from PKVM_HEAP_MIN_SIZE to PKVM_HEAP_MAX_SIZE. The key
 * must be unpredictable to whoever might write through a stray pointer. Called
 * once, before any other CPU knows the heap.
 */
void heap_init(struct hyp_heap *h, u64 va, u64 size, const u64 key[2]);

/*
 * Allocates size bytes, zeroed and 16-byte aligned; *ret is the caller's until
 * heap_free() and untouched on failure. O(1).
 *
 * 0, or, with nothing changed but the count of failures if it is final (and the
 * credit given up, see struct hyp_ask):
 *	-HYP_EINVAL	size is 0
 *	-HYP_ENOSPC	final: the range has no free span of that size
 *	-HYP_ENOMEM	ask->shortage pages are missing; with them the call succeeds
 */
int heap_alloc(struct hyp_heap *h, u64 size, struct hyp_ask *ask, void **ret);

/*
 * Frees what heap_alloc() returned. Whatever p is, only mapped memory of the
 * heap is read: NULL, a misaligned, foreign, interior or stale pointer, a second
 * free, and a header that was overwritten are all -HYP_EINVAL, counted as misuse,
 * and change nothing. O(1).
 */
int heap_free(struct hyp_heap *h, void *p);

/*
 * Unmaps whole free pages into the stock, those of the free chunks with the most
 * mapped bytes first, until target_pages are done or none is left. Returns the
 * number of pages. O(1) for the choice of each run of pages.
 */
u64 heap_reclaim(struct hyp_heap *h, u64 target_pages);

/*
 * Pages that heap_reclaim() can unmap now; at least one more may follow once it
 * has. A counter, read without the lock.
 */
u64 heap_reclaimable(const struct hyp_heap *h);

/* One consistent view of all statistics. O(1). */
void heap_stats(struct hyp_heap *h, struct pkvm_heap_stats *ret);

/*
 * The next PKVM_MAP_ENTRIES chunks at most, encoded as HEAP_MAP in hypercall.h
 * says, in ascending order. *cursor is 0 to start, then what the last call left
 * there, and 0 when the walk is done. An untouched heap is one free chunk with
 * nothing mapped. If the heap changes between two calls, an entry may begin in
 * what was already reported; nothing is skipped.
 *
 * Returns the number of entries, or with *cursor unchanged
 *	-HYP_EINVAL	no call returned such a cursor
 *	-HYP_EBUSY	the place is gone, because another walk began meanwhile: start again
 */
int heap_map_next(struct hyp_heap *h, u64 *cursor, u64 entries[2 * PKVM_MAP_ENTRIES]);

/* A check in progress; the caller's. What lies below "private" is heap_check.c's. */
struct heap_check {
	enum pkvm_check result;		/* valid once heap_check_step() returned false */
	u64 offset;			/* of the chunk at fault, 0 if none is */
	/* private: */
	u64 generation;			/* of the heap at the start */
	u32 stage;			/* 0: walk over all chunks, then 1 + enum heap_index_id */
	u32 next;			/* the chunk to look at, in units */
	u32 class;			/* its size class, if an index is checked */
	u32 listed;			/* chunks found in the index so far */
	u32 tails;			/* free chunks with a tail that the walk has seen */
	bool behind_front;		/* the ring's chunks with pages to reclaim are past */
	struct pkvm_heap_stats sum;	/* what the walk has counted */
};

/* Begins a check; *check needs no other preparation. */
void heap_check_start(struct hyp_heap *h, struct heap_check *check);

/*
 * Verifies the next budget (at least 1) chunks, in bounded time and without
 * following a link that is not sound. True if there is more to do, false when
 * done: check->result and check->offset say what was found. Other calls may come
 * between the steps: the structure is still verified, the sums and the lists are
 * not (PKVM_CHECK_BUSY).
 */
bool heap_check_step(struct hyp_heap *h, struct heap_check *check, u64 budget);

/* The whole check at once, for tests. *ret_offset as in struct heap_check. */
enum pkvm_check heap_check(struct hyp_heap *h, u64 *ret_offset);

#endif
