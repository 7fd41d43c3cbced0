/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel behind pkvmctl's probes and its unload: a probe that tells the events and the
 * figures that the test has set, the module's references, and programs that are only noted.
 */
#ifndef FAKE_PROBE_H
#define FAKE_PROBE_H

#include <stdbool.h>

#include "../../../daemon/probe/heap.h"
#include "../../../daemon/probe/holders.h"
#include "../../../daemon/probe/probe.h"

struct fake_probe {
	/* What opening a probe, or what pkvmd-probe has pinned, fails with. */
	int error;
	const char *sentence;

	/* Told when they are fetched first, by a probe that wants events. */
	const struct hyp_req_event *events;
	size_t nr_events;
	const uint64_t *stack;		/* of each event */
	unsigned int stack_len;
	struct probe_reading reading;	/* arrays are copied, and stay the test's */

	struct heap_reading heap;	/* the array is copied, and stays the test's */

	const char *pipe;		/* what trace_pipe says; NULL: nothing */
	const char *pipe_end;		/* and once the events are switched off */

	bool pinned;			/* pkvmd-probe runs */
	const char *pin_dir;		/* besides where it really pins; or NULL */
	int delete_error;		/* of unloading */
	uint64_t references;
	const struct probe_holder *holders;
	size_t nr_holders;
	int spawn_status;		/* of each program; but tar is really run if it is 0 */

	const char *interrupt;		/* the program that an interrupt comes with */

	/* What was asked for. */
	struct probe_options options;
	uint64_t mask;			/* of EL2's events */
	int open_probes, open_maps, open_heaps, open_traces;
	unsigned int nr_deleted;
	char spawned[4096];		/* command lines, a line each */
};

extern struct fake_probe fake_probe;

#endif
