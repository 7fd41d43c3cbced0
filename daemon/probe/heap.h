/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe of EL2's heap: bpf/hyp_heap.bpf.c, loaded and attached. While it is attached EL2
 * writes its events, and the module cannot be unloaded.
 */
#ifndef PROBE_HEAP_H
#define PROBE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include <hyp_heap.h>

#include "../ctl/message.h"

struct heap_probe;

struct heap_object {
	uint64_t offset;		/* in EL2's heap */
	struct hyp_heap_object object;
};

/* Owns the array: heap_reading_release(). */
struct heap_reading {
	struct hyp_heap_totals totals;
	struct heap_object *objects;	/* that are still there: by VM, the oldest first */
	size_t nr_objects;
	uint64_t now_ns;		/* of the clock of hyp_heap_object.seen_ns */
};

/* As probe_open(). */
int heap_probe_open(struct heap_probe **ret, struct ctl_message *message);

/* Detaches. NULL is fine. */
void heap_probe_close(struct heap_probe *probe);

/*
 * What was allocated and freed since the probe began, as far as the host was told: EL2's
 * events come some milliseconds later. Returns 0 or a negative errno, with *ret untouched.
 */
int heap_probe_read(const struct heap_probe *probe, struct heap_reading *ret);
void heap_reading_release(struct heap_reading *reading);

#endif
