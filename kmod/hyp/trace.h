/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's events, for whoever has one to tell: trace(). Off, an event is one test of one word.
 * It can be told with any lock held, takes none, and never fails: an event that has no place
 * is counted. Rings are per CPU; what loads and empties them acts on the calling CPU's.
 */
#ifndef HYP_TRACE_H
#define HYP_TRACE_H

/* 0 compiles it all out (make kmod-notrace). */
#ifndef HYP_TRACE
#define HYP_TRACE	1
#endif

#ifndef __ASSEMBLY__
#include <pkvm/trace.h>

#include "mm.h"
#include "types.h"

/*
 * The events that are told, PKVM_TRACE_BIT() each; entry.S has a way of its own for when there are
 * any. Hidden: read without a detour by the GOT.
 */
extern u64 trace_mask __attribute__((visibility("hidden")));

void trace_write(enum pkvm_trace_event event, u32 arg32, u64 arg0, u64 arg1);

/* What the arguments are is in <pkvm/trace.h>. */
static inline void trace(enum pkvm_trace_event event, u32 arg32, u64 arg0, u64 arg1)
{
	if (HYP_TRACE && unlikely(READ_ONCE(trace_mask) & PKVM_TRACE_BIT(event)))
		trace_write(event, arg32, arg0, arg1);
}

static inline void trace_pages(enum pkvm_trace_party from, enum pkvm_trace_party to, u64 nr)
{
	trace(PKVM_TRACE_PAGES, from | to << 8, nr, 0);
}

/* Chooses the events that are told from now on, on all CPUs; returns those before. */
u64 trace_enable(u64 events);

/*
 * A page that the host shares (any value) joins the ring: 0, what __hyp_pin_shared() or
 * heap_alloc() say, with nothing changed.
 */
int trace_load(phys_addr_t pa, struct hyp_ask *ask);

/* One page leaves the ring: its address, PKVM_LIST_END if there was none. */
phys_addr_t trace_unload(void);
#endif

#endif
