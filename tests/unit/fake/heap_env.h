/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is around the heap, for native tests: mm.h, spinlock.h and panic.h over
 * one range of this process. Pages that are not mapped are PROT_NONE: an access
 * to one is a crash. Breaking a contract of mm.h (mapping what was not reserved,
 * unmapping what is not mapped) is an abort().
 */
#ifndef FAKE_HEAP_ENV_H
#define FAKE_HEAP_ENV_H

#include <setjmp.h>

#include "../../../kmod/hyp/types.h"

struct heap_env {
	u64 va;
	u64 size;		/* bytes */
	u64 stock;		/* pages that hyp_reserve() may still take */
	u64 reserved;		/* taken, not mapped yet */
	u64 mapped;		/* pages */
	u64 tables;		/* page-table pages: one for each 2 MiB with something mapped */
	u64 reserves;		/* calls that succeeded */
	u64 unmaps;		/* calls */
	bool *is_mapped;	/* by page */
	u64 *in_table;		/* mapped pages by 2 MiB */
	bool catching;		/* hyp_panic() returns to panic_to instead of aborting */
	jmp_buf panic_to;
	unsigned int panic_line;
};

extern struct heap_env heap_env;

/* Reserves a range of size bytes (page aligned), nothing mapped, with a stock of pages. */
void heap_env_start(u64 size, u64 stock);
void heap_env_stop(void);

/*
 * Whether a statement ends in hyp_panic(). Locks that it held are then as if
 * released: whoever looks at the heap afterwards looks at a corpse.
 */
#define HEAP_ENV_PANICS(statement)					\
	({								\
		volatile bool panicked = true;				\
									\
		heap_env.catching = true;				\
		if (!setjmp(heap_env.panic_to)) {			\
			statement;					\
			panicked = false;				\
		}							\
		heap_env.catching = false;				\
		(bool)panicked;						\
	})

#endif
