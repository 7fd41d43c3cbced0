/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU's ring of events: pages that the host shares, and EL2's knowledge of them, which is
 * all in EL2's own memory. No lock and no atomic: only the CPU itself touches its ring, be it
 * to write, to change it or to swap the reader's page, and EL2 is not interrupted.
 *
 *	reader      head ----> ... ----> tail ----> empty ----> ... ---+
 *	(page)       ^ oldest records     ^ written                    |
 *	             +-------------------------------------------------+
 *
 * The ring overwrites: when the tail is full and the next page is the head, the oldest page
 * of records goes. The reader's page is not in the ring; a swap puts it, emptied, in the
 * place of the head, which becomes the reader's.
 */
#ifndef HYP_TRACE_RING_H
#define HYP_TRACE_RING_H

#include <pkvm/trace.h>

#include "types.h"

/* One page. Whoever adds it owns it again when it has been removed. */
struct simple_buffer_page {
	struct simple_buffer_page *prev, *next;
	struct pkvm_trace_record *va;	/* EL2's; what is there is never read */
	phys_addr_t pa;
	u32 entries;			/* written */
};

/* All zero: no page. */
struct trace_ring {
	struct simple_buffer_page *head, *tail;	/* NULL if the ring has no page */
	struct simple_buffer_page *reader;	/* the first page that was added */
	/* Records lost since the last swap that told: written over; without a place. */
	u64 overwritten, dropped;
};

/* What a swap brings. */
struct trace_swap {
	phys_addr_t page;		/* the reader's, PKVM_LIST_END if there is none to read */
	u64 entries;			/* records in it */
	u64 overwritten, dropped;
};

/* The page's va and pa are set. Two pages are the least that a ring works with. */
void trace_ring_add(struct trace_ring *ring, struct simple_buffer_page *page);

/* Takes a page out, with what was in it: counted as dropped. NULL: there is none any more. */
struct simple_buffer_page *trace_ring_remove(struct trace_ring *ring);

void trace_ring_write(struct trace_ring *ring, const struct pkvm_trace_record *record);

/*
 * The oldest page with records becomes the reader's; the one it had before is written to
 * again. The counts of what was lost start anew.
 */
void trace_ring_swap(struct trace_ring *ring, struct trace_swap *ret);

/* Forgets all records and counts, but for what the reader has. */
void trace_ring_reset(struct trace_ring *ring);

#endif
