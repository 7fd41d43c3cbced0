/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy: one pure function of state and sample. It asks nobody for the time,
 * does nothing and allocates nothing; the manager samples, asks, acts and reports the
 * end of the action back.
 *
 * The reserve is what EL2 could use without a request or give back: its reclaimable
 * pages. Pages are 4 KiB, times are microseconds of the monotonic clock, shares are
 * hundredths of a percent (PSI has no finer ones).
 */
#ifndef PKVMD_POLICY_H
#define PKVMD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "demand.h"

enum policy_action {
	POLICY_NONE,
	POLICY_TOPUP,		/* the reserve up to its target */
	POLICY_RELEASE,		/* a step of the reserve, not below the floor */
	POLICY_RECLAIM,		/* whatever is reclaimable */
	POLICY_ACTIONS
};

/* Why an action, or why none. Every one is counted. */
enum policy_reason {
	/* of POLICY_NONE: all is well */
	REASON_NOTHING_TO_DO,
	/* of actions */
	REASON_LOW_RESERVE,		/* topup */
	REASON_PRESSURE_RISING,		/* release, reclaim */
	REASON_PRESSURE_SUSTAINED,	/* release, reclaim */
	REASON_REQUESTED,		/* a person's: topup, reclaim */
	/* of a top-up that was suppressed */
	REASON_PRESSURE_LASTS,		/* the host is short of memory itself */
	REASON_HOLD,			/* pages were taken back a short while ago */
	REASON_BACK_OFF,		/* the last top-up brought too little */
	REASON_HOST_SHORT,		/* too little available memory to take from */
	REASON_REHEARSED,		/* a dry run has told of as much already */
	/* of a release or reclaim that was suppressed */
	REASON_PRESSURE_FALLING,	/* neither rising nor sustained */
	REASON_COOL_DOWN,		/* the last one completed a short while ago */
	REASON_NOTHING_RECLAIMABLE,
	REASON_FLOOR,			/* there is no more, and pressure is not sustained */
	REASON_PING_PONG,		/* below the threshold that ping-pong has raised */
	/* of either */
	REASON_BUSY,			/* an action is under way */
	REASON_DISABLED,		/* by configuration */
	REASON_NO_HYP,			/* module not loaded, or EL2 not live */
	POLICY_REASONS
};

enum policy_level {
	LEVEL_NONE,
	LEVEL_SOME,		/* entered, not left yet */
	LEVEL_HIGH,
	POLICY_LEVELS
};

/* "low-reserve": for machines (metrics, the bus, JSON). */
const char *policy_reason_name(enum policy_reason reason);
/* A sentence without a full stop. */
const char *policy_reason_text(enum policy_reason reason);
/* "none", "topup", "release", "reclaim" */
const char *policy_action_name(enum policy_action action);
/* "none", "some", "high" */
const char *policy_level_name(enum policy_level level);

struct policy_pressure {
	bool triggered;		/* a trigger has fired since the sample before */
	uint32_t some_avg10;	/* share of time that some task waited; highest of all watched */
};

struct policy_sample {
	uint64_t now;
	bool live;			/* the module is there and EL2 is live */
	bool busy;			/* an action is under way */
	uint64_t reclaimable;		/* pages: the reserve */
	uint64_t in_use;		/* pages of the heap that are not reclaimable */
	uint64_t donated;		/* pages ever, a counter */
	uint64_t reclaimed;		/* pages ever, on request, a counter */
	uint64_t shrunk;		/* pages ever, by the kernel's shrinker, a counter */
	uint64_t largest_request;	/* pages, since the sample before; 0: none */
	uint64_t host_available;	/* pages that the host has without EL2's; or UINT64_MAX */
	struct policy_pressure pressure;
};

struct policy_state {
	struct demand demand;
	enum policy_level level;
	uint64_t entered;		/* when the level left NONE */
	uint32_t last_avg10;
	bool rising;			/* when it last changed */
	/* Counters as of the last sample, if there was one. */
	bool primed;
	uint64_t donated, reclaimed, shrunk;
	/* 0: never */
	uint64_t taken_at;		/* pages last came back, however */
	uint64_t shrunk_at;		/* the shrinker took some, and that is not over yet */
	uint64_t relieved_at;		/* the last release or reclaim completed */
	uint64_t topup_at;		/* the last top-up completed */
	uint64_t back_off;		/* how long no top-up is tried after that; 0: none */
	uint64_t rehearsed;		/* pages of a dry run's top-up, while they lack; or 0 */
	/* Ping-pong, of what pressure took: the policy's own doing, or the shrinker's. */
	uint64_t watch_at;		/* donations soon after are ping-pong; 0: none watched */
	uint64_t watch_donated;		/* counter when the watch began */
	uint64_t watch_pages;		/* that were taken then */
	uint32_t damping;		/* the threshold is Enter << damping */
	uint64_t damped_at;
	uint64_t ping_pongs;		/* a counter */
};

struct policy_decision {
	enum policy_action action;
	enum policy_reason reason;
	uint64_t pages;			/* to move; of a suppressed action: it would have moved */
	enum policy_action suppressed;	/* what was not done for @reason, or NONE */
	uint64_t look_again;		/* when it could be otherwise without news; 0: never */
	/* What it was decided by. */
	uint64_t reserve, low, target;
	enum policy_level level;
	uint32_t avg10, enter;
};

#define POLICY_DAMPING_MAX	4

void policy_init(struct policy_state *state);

/* The reserve's target and low mark for what has been learnt, as of @now. */
uint64_t policy_target(const struct policy_state *state, const struct config *config,
		       uint64_t now);
uint64_t policy_low_mark(const struct config *config, uint64_t target);

/* The stall share at which pressure counts, ping-pong considered. */
uint32_t policy_enter(const struct policy_state *state, const struct config *config);

/* Takes the sample in and decides. */
struct policy_decision policy_step(struct policy_state *state, const struct config *config,
				   const struct policy_sample *sample);

/* An action has completed: @pages of @asked were moved. @own: the policy wanted it. */
void policy_completed(struct policy_state *state, const struct config *config,
		      enum policy_action action, bool own, uint64_t asked, uint64_t pages,
		      uint64_t now);

/* An action of a dry run has ended: @asked pages would have been moved. */
void policy_rehearsed(struct policy_state *state, enum policy_action action, bool own,
		      uint64_t asked, uint64_t now);

/* Dry runs begin or end: what came of top-ups so far says nothing about those to come. */
void policy_forget_topups(struct policy_state *state);

#endif
