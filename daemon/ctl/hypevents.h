/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EL2's events as they come out of trace_pipe: each CPU's in their order, the CPUs mixed and
 * some milliseconds late. Here they are put in order by the time when they happened.
 */
#ifndef CTL_HYPEVENTS_H
#define CTL_HYPEVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words.h"

/* The tracepoints, by bit of a mask; hyp_lost is not among them. */
extern const struct ctl_words ctl_hyp_event_words;

/* So long may one CPU's events be told after another's of the same time. */
#define CTL_HYPEVENTS_DELAY_NS	UINT64_C(50000000)

struct ctl_hypevent {
	uint64_t ts;		/* ns of the trace clock */
	uint64_t number;	/* in the order in which they came */
	uint32_t cpu;
	char name[32];		/* "hyp_enter" */
	char fields[160];	/* "key=value key=value", those above left out */
};

/* All zero to begin with. */
struct ctl_hypevents {
	struct ctl_hypevent *list;	/* that wait */
	size_t n, room;
	uint64_t came;			/* ever */
	uint64_t newest;		/* time of the newest one */
	uint64_t lost_at_el2, lost_in_buffer;
	char rest[512];			/* the beginning of a line whose end is to come */
	size_t rest_len;
};

/*
 * Takes what was read. Lines that are no event of EL2's are left out. Returns 0 or -ENOMEM,
 * after which events are missing.
 */
int ctl_hypevents_feed(struct ctl_hypevents *events, const char *text, size_t len);

/* Sorts those that wait. Returns how many of them, from the first, can be told: with @all, all. */
size_t ctl_hypevents_ready(struct ctl_hypevents *events, bool all);

/* Drops so many from the first. */
void ctl_hypevents_drop(struct ctl_hypevents *events, size_t n);

void ctl_hypevents_release(struct ctl_hypevents *events);

#endif
