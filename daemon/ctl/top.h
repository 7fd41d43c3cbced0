/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What "pkvmctl top" shows: two samples, from which come rates, and the last events.
 * Plain structs and lines of text; what asks and what draws on a terminal is cmd_top.c.
 */
#ifndef CTL_TOP_H
#define CTL_TOP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "daemon.h"
#include "pkvm.h"
#include "style.h"

#define CTL_TOP_EVENTS		32
#define CTL_TOP_LINE		256
#define CTL_TOP_DECISIONS	8

struct ctl_top_sample {
	uint64_t ns;			/* monotonic; 0: there is no sample */
	struct timespec when;		/* wall clock */
	struct pkvm_info info;
	bool has_stats;			/* EL2 lives */
	struct pkvm_stats stats;
	bool has_pressure;
	uint32_t stalled;		/* hundredths of a percent, of the last 10 s */
	bool has_daemon;
	bool daemon_is_silent;		/* it runs, and does not answer in time */
	struct ctl_daemon_status daemon;
	size_t nr_decisions;
	struct ctl_decision decisions[CTL_TOP_DECISIONS];	/* newest first */
};

struct ctl_top {
	unsigned int interval;		/* seconds */
	struct ctl_top_sample now, before;
	char events[CTL_TOP_EVENTS][CTL_TOP_LINE];	/* a ring */
	uint64_t nr_events;		/* ever */
};

/* The sample that @now was becomes the one before. */
void ctl_top_sample(struct ctl_top *top, const struct ctl_top_sample *sample);

/* One line without its newline; what is longer is cut. */
void ctl_top_event(struct ctl_top *top, const char *line);

/* At most @height lines of at most style->width columns. */
void ctl_top_draw(FILE *out, const struct ctl_top *top, unsigned int height,
		  const struct ctl_style *style);

#endif
