/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pkvmd counts, for metrics and people. Counters go up only. */
#ifndef PKVMD_COUNTERS_H
#define PKVMD_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "policy.h"

#define HISTOGRAM_BUCKETS	12

struct histogram_shape {
	const char *unit;			/* of the bounds */
	size_t n;				/* buckets with a bound */
	uint64_t bounds[HISTOGRAM_BUCKETS];	/* ascending, each included in its bucket */
};

extern const struct histogram_shape request_latency_shape;	/* nanoseconds */
extern const struct histogram_shape topup_size_shape;		/* pages */

struct histogram {
	const struct histogram_shape *shape;
	uint64_t counts[HISTOGRAM_BUCKETS + 1];	/* not cumulative; the last: above all bounds */
	uint64_t sum;
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* Who wanted an action. */
enum action_origin {
	ORIGIN_POLICY,
	ORIGIN_PERSON,
	ACTION_ORIGINS
};

struct counters {
	struct histogram request_latency;
	struct histogram topup_size;
	/* Of actions that have ended. */
	uint64_t actions[POLICY_ACTIONS][POLICY_REASONS];
	uint64_t failed[POLICY_ACTIONS];	/* with an error */
	uint64_t pages[POLICY_ACTIONS];		/* that they moved */
	uint64_t dry_runs[POLICY_ACTIONS];	/* that moved none on purpose */
	/* Times that an action began to be suppressed for a reason. */
	uint64_t suppressed[POLICY_ACTIONS][POLICY_REASONS];
	uint64_t decisions;		/* times that the policy was asked */
	uint64_t blind;			/* times that it was not, for want of figures */
	uint64_t triggers;		/* PSI triggers that fired */
	uint64_t notifications;		/* from the module */
	uint64_t overruns;		/* times that some of these were lost */
	uint64_t loads;			/* times that the module was found */
	uint64_t reloads;		/* of the configuration */
};

void counters_init(struct counters *counters);

#endif
