/* SPDX-License-Identifier: GPL-2.0-only */
/* What hyp_heap.bpf.c leaves in its maps, for itself and for those who read them. */
#ifndef PKVM_BPF_HYP_HEAP_H
#define PKVM_BPF_HYP_HEAP_H

#include <stdint.h>

/* Slots as those of hyp_req_slot(). */
#define HYP_HEAP_SIZE_SLOTS	32	/* bytes */
#define HYP_HEAP_LIFE_SLOTS	48	/* ns */

/* Map "objects" is from an object's offset in the heap (uint64_t) to this. */
#define HYP_HEAP_MAX_OBJECTS	65536

struct hyp_heap_object {
	uint64_t size;		/* bytes; 0: freed, and its allocation was not told (yet) */
	uint64_t hyp_ts;	/* ns of the trace clock: of the allocation, or then of the free */
	uint64_t seen_ns;	/* CLOCK_MONOTONIC: when the host heard of it */
	uint32_t vm;		/* handle of the VM that it was made for; 0: EL2's own */
	uint32_t zero;
};

/* The one value of map "totals": since the probe began. */
struct hyp_heap_totals {
	uint64_t allocs, frees;
	uint64_t foreign_frees;		/* of these, of objects from before */
	uint64_t events_lost;		/* by EL2: what follows from them is not known */
	uint64_t objects_lost;		/* not in "objects", which was full */
	uint64_t sizes[HYP_HEAP_SIZE_SLOTS];
	uint64_t lives[HYP_HEAP_LIFE_SLOTS];	/* of what was freed */
};

/* Map "latest" is from a CPU to the offset of its latest object, until that has an owner. */
#define HYP_HEAP_MAX_CPUS	4096

#endif
