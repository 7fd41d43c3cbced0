/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the eBPF probes tell, printed as view.h says. */
#ifndef CTL_VIEW_TRACE_H
#define CTL_VIEW_TRACE_H

#include <stdio.h>
#include <time.h>

#include "../probe/heap.h"
#include "../probe/maps.h"
#include "style.h"

/*
 * A call that made hyp requests: one line. @when: wall clock. @stack: frames, the innermost
 * first, with ";" between them, or ""; for people they follow, a line each.
 */
void ctl_view_hyp_req(FILE *out, const struct hyp_req_event *event, const struct timespec *when,
		      const char *stack, const struct ctl_style *style);

/* All that was measured in one line; with JSON an event like the others. */
void ctl_view_hyp_req_summary(FILE *out, const struct probe_reading *reading,
			      const struct timespec *when, const struct ctl_style *style);

/* Histograms by kind, then VMs and processes. Returns 0 or -ENOMEM. */
int ctl_view_hist(FILE *out, const struct probe_reading *reading, const struct ctl_style *style);

/* What was allocated, for how long, and who holds what is left. Returns 0 or -ENOMEM. */
int ctl_view_trace_heap(FILE *out, const struct heap_reading *reading,
			const struct ctl_style *style);

#endif
