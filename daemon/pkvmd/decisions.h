/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last decisions, each told in sentences: what was done, or why nothing was. */
#ifndef PKVMD_DECISIONS_H
#define PKVMD_DECISIONS_H

#include <stddef.h>
#include <stdint.h>

#include "counters.h"

#define DECISIONS_KEPT	64

struct decision_entry {
	uint64_t realtime;		/* us since 1970, of the decision or the action's end */
	struct policy_decision decision;
	enum action_origin origin;
	bool dry_run;
	bool completed;			/* of an action: not under way any more */
	uint64_t done;			/* pages that a completed action moved */
	int error;			/* negative errno, 0 for success */
	uint64_t duration;		/* us, of a completed action */
};

/* A ring; all zero is an empty one. */
struct decisions {
	struct decision_entry entries[DECISIONS_KEPT];
	size_t next, n;
};

void decisions_add(struct decisions *decisions, const struct decision_entry *entry);

/* The action that is not completed: there is one at a time. NULL if none, or told long ago. */
struct decision_entry *decisions_open(struct decisions *decisions);

/* The newest is 0. NULL: there are not so many. */
const struct decision_entry *decisions_get(const struct decisions *decisions, size_t age);

/*
 * "topup of 512 pages: the reserve (100 pages) is below its low mark (256 pages)...".
 * The caller frees it; NULL when out of memory.
 */
char *decision_explain(const struct decision_entry *entry);

#endif
