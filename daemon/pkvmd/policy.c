// SPDX-License-Identifier: GPL-2.0-or-later
/* What to do about EL2's memory now, and why. */
#include "policy.h"

#define SHARE_MAX	10000			/* all of the time */
#define SECOND		UINT64_C(1000000)
#define BACK_OFF_MAX	(300 * SECOND)
/* Fewer are not worth a call: EL2 works in batches of this many. */
#define BATCH_PAGES	64

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t share_of(uint64_t value, uint64_t share)
{
	return (uint64_t)((__uint128_t)value * share / SHARE_MAX);
}

/* Whether less than @span has gone by since @event, if there was one. */
static bool within(uint64_t now, uint64_t event, uint64_t span)
{
	return event && now - event < span;
}

void policy_init(struct policy_state *state)
{
	*state = (struct policy_state){};
	demand_init(&state->demand);
}

uint64_t policy_target(const struct policy_state *state, const struct config *config, uint64_t now)
{
	uint64_t pages = demand_pages(&state->demand, now, config->value[CONFIG_DEMAND_HALF_LIFE]);

	/* The demand fits above the low mark even before the next top-up. */
	pages = pages * SHARE_MAX / config->value[CONFIG_LOW_MARK];
	return min(max(pages, config->value[CONFIG_FLOOR]), config->value[CONFIG_CEILING]);
}

uint64_t policy_low_mark(const struct config *config, uint64_t target)
{
	return share_of(target, config->value[CONFIG_LOW_MARK]);
}

uint32_t policy_enter(const struct policy_state *state, const struct config *config)
{
	return min(config->value[CONFIG_ENTER] << state->damping, SHARE_MAX);
}

/* Ping-pong makes it longer as it makes the threshold higher. */
static uint64_t hold_time(const struct policy_state *state, const struct config *config)
{
	return config->value[CONFIG_HOLD_TIME] << state->damping;
}

/*
 * From now on: donated again soon, @pages were taken for nothing. What is taken in quick
 * succession counts as one.
 */
static void watch(struct policy_state *state, const struct config *config, uint64_t donated,
		  uint64_t pages, uint64_t now)
{
	if (!within(now, state->watch_at, config->value[CONFIG_COOL_DOWN])) {
		state->watch_donated = donated;
		state->watch_pages = 0;
	}
	state->watch_at = now;
	state->watch_pages += pages;
}

static void check_watch(struct policy_state *state, const struct config *config,
			const struct policy_sample *sample)
{
	if (!within(sample->now, state->watch_at, config->value[CONFIG_PING_PONG_TIME])) {
		state->watch_at = 0;
		return;
	}
	if (sample->donated - state->watch_donated < max(state->watch_pages / 2, 1))
		return;
	state->watch_at = 0;
	state->ping_pongs++;
	state->damping = min(state->damping + 1, POLICY_DAMPING_MAX);
	state->damped_at = sample->now;
}

static void forget_damping(struct policy_state *state, const struct config *config, uint64_t now)
{
	uint64_t time = config->value[CONFIG_FORGET_TIME];

	while (state->damping && now - state->damped_at >= time) {
		state->damping--;
		state->damped_at += time;
	}
}

/* Counters that went back are those of a module loaded anew. */
static bool continues(const struct policy_state *state, const struct policy_sample *sample)
{
	return state->primed && sample->donated >= state->donated &&
	       sample->reclaimed >= state->reclaimed && sample->shrunk >= state->shrunk;
}

static void compare_counters(struct policy_state *state, const struct config *config,
			     const struct policy_sample *sample)
{
	uint64_t shrunk = sample->shrunk - state->shrunk;

	check_watch(state, config, sample);
	if (shrunk || sample->reclaimed != state->reclaimed)
		state->taken_at = sample->now;
	if (shrunk) {
		state->shrunk_at = sample->now;
		watch(state, config, sample->donated, shrunk, sample->now);
	}
}

static void take_counters(struct policy_state *state, const struct config *config,
			  const struct policy_sample *sample)
{
	if (continues(state, sample))
		compare_counters(state, config, sample);
	else
		state->watch_at = 0;
	state->primed = true;
	state->donated = sample->donated;
	state->reclaimed = sample->reclaimed;
	state->shrunk = sample->shrunk;
}

/*
 * The shrinker is asked at pressure that is below all thresholds, too. What it took stays with the
 * host until there is none, after the hold time: averages come late.
 */
static void forget_shrunk(struct policy_state *state, const struct config *config, uint64_t now)
{
	if (state->last_avg10 < config->value[CONFIG_LEAVE] &&
	    !within(now, state->shrunk_at, hold_time(state, config)))
		state->shrunk_at = 0;
}

/* The threshold of leaving is below that of entering, so that the level does not flicker. */
static void take_pressure(struct policy_state *state, const struct config *config,
			  const struct policy_sample *sample)
{
	uint32_t avg10 = sample->pressure.some_avg10;
	bool triggered = sample->pressure.triggered;

	if (state->level == LEVEL_NONE && (triggered || avg10 >= config->value[CONFIG_ENTER])) {
		state->level = LEVEL_SOME;
		state->entered = sample->now;
		state->rising = true;
	} else if (avg10 != state->last_avg10) {
		state->rising = avg10 > state->last_avg10;
	}
	state->last_avg10 = avg10;
	if (state->level == LEVEL_NONE)
		return;
	if (avg10 >= config->value[CONFIG_HIGH])
		state->level = LEVEL_HIGH;
	else if (!triggered && avg10 < config->value[CONFIG_LEAVE])
		state->level = LEVEL_NONE;
	else if (avg10 < config->value[CONFIG_ENTER])
		state->level = LEVEL_SOME;
}

static void take_sample(struct policy_state *state, const struct config *config,
			const struct policy_sample *sample)
{
	if (!sample->live) {
		state->primed = false;
		state->watch_at = 0;
		state->shrunk_at = 0;
		state->level = LEVEL_NONE;
		state->last_avg10 = 0;
		demand_forget_window(&state->demand);
		return;
	}
	forget_damping(state, config, sample->now);
	take_counters(state, config, sample);
	take_pressure(state, config, sample);
	forget_shrunk(state, config, sample->now);
	demand_see(&state->demand, sample->now, sample->in_use, sample->largest_request,
		   config->value[CONFIG_DEMAND_WINDOW], config->value[CONFIG_DEMAND_HALF_LIFE]);
}

static void suppress(struct policy_decision *decision, enum policy_action action,
		     enum policy_reason reason, uint64_t look_again)
{
	decision->suppressed = action;
	decision->reason = reason;
	decision->look_again = look_again;
}

static void act(struct policy_decision *decision, enum policy_action action,
		enum policy_reason reason)
{
	decision->action = action;
	decision->reason = reason;
	decision->look_again = 0;
}

/* Held back for the same reasons whatever the action. Returns whether it is. */
static bool suppress_any(struct policy_decision *decision, const struct config *config,
			 const struct policy_sample *sample, enum policy_action action)
{
	if (!config->value[CONFIG_ENABLED])
		suppress(decision, action, REASON_DISABLED, decision->look_again);
	else if (sample->busy)
		suppress(decision, action, REASON_BUSY, decision->look_again);
	else
		return false;
	return true;
}

/* Dry runs add nothing to the reserve: without this, one would follow the other for ever. */
static bool rehearsed(const struct policy_state *state, const struct config *config, uint64_t pages)
{
	return config->value[CONFIG_DRY_RUN] && state->rehearsed &&
	       pages < state->rehearsed + BATCH_PAGES;
}

/* A top-up that the host can bear. */
static void decide_host_share(const struct policy_state *state, struct policy_decision *decision,
			      const struct config *config, const struct policy_sample *sample)
{
	uint64_t share = share_of(sample->host_available, config->value[CONFIG_HOST_SHARE]);

	if (sample->host_available != UINT64_MAX && decision->pages > share) {
		decision->pages = share;
		if (share < BATCH_PAGES) {
			suppress(decision, POLICY_TOPUP, REASON_HOST_SHORT,
				 sample->now + max(config->value[CONFIG_HOLD_TIME], SECOND));
			return;
		}
	}
	if (rehearsed(state, config, decision->pages))
		suppress(decision, POLICY_TOPUP, REASON_REHEARSED, decision->look_again);
	else
		act(decision, POLICY_TOPUP, REASON_LOW_RESERVE);
}

static void decide_topup(const struct policy_state *state, struct policy_decision *decision,
			 const struct config *config, const struct policy_sample *sample)
{
	uint64_t hold = hold_time(state, config);

	if (decision->reserve >= decision->low)
		return;
	decision->pages = decision->target - decision->reserve;
	if (suppress_any(decision, config, sample, POLICY_TOPUP))
		return;
	if (state->level != LEVEL_NONE)
		suppress(decision, POLICY_TOPUP, REASON_PRESSURE_LASTS, decision->look_again);
	else if (within(sample->now, state->taken_at, hold))
		suppress(decision, POLICY_TOPUP, REASON_HOLD, state->taken_at + hold);
	else if (state->shrunk_at)
		suppress(decision, POLICY_TOPUP, REASON_PRESSURE_LASTS,
			 sample->now + config->value[CONFIG_WINDOW]);
	else if (within(sample->now, state->topup_at, state->back_off))
		suppress(decision, POLICY_TOPUP, REASON_BACK_OFF,
			 state->topup_at + state->back_off);
	else
		decide_host_share(state, decision, config, sample);
}

static bool sustained(const struct policy_state *state, const struct config *config, uint64_t now)
{
	return now - state->entered >= config->value[CONFIG_SUSTAIN] &&
	       state->last_avg10 >= config->value[CONFIG_ENTER];
}

/* First the reserve above the floor, step by step; all of it when that is not enough. */
static enum policy_action choose_relief(const struct policy_state *state,
					struct policy_decision *decision,
					const struct config *config,
					const struct policy_sample *sample)
{
	uint64_t floor = config->value[CONFIG_FLOOR], above;

	if (state->level == LEVEL_HIGH ||
	    (decision->reserve <= floor && sustained(state, config, sample->now))) {
		decision->pages = decision->reserve;
		return POLICY_RECLAIM;
	}
	above = decision->reserve > floor ? decision->reserve - floor : 0;
	decision->pages = min(above, max(share_of(above, config->value[CONFIG_STEP]), BATCH_PAGES));
	return POLICY_RELEASE;
}

/* Nothing is to be had, now. */
static void suppress_relief(struct policy_decision *decision)
{
	if (decision->reserve)
		suppress(decision, POLICY_RELEASE, REASON_FLOOR, decision->look_again);
	else
		suppress(decision, POLICY_RECLAIM, REASON_NOTHING_RECLAIMABLE,
			 decision->look_again);
}

/* Whether it was decided; if not, there is nothing that could be taken back now. */
static bool decide_relief(const struct policy_state *state, struct policy_decision *decision,
			  const struct config *config, const struct policy_sample *sample)
{
	uint64_t cool_down = config->value[CONFIG_COOL_DOWN];
	enum policy_action action = choose_relief(state, decision, config, sample);
	uint64_t look_again = decision->look_again;

	if (!decision->pages)
		return false;
	if (suppress_any(decision, config, sample, action))
		return true;
	if (state->damping && decision->avg10 < decision->enter)
		suppress(decision, action, REASON_PING_PONG, look_again);
	else if (within(sample->now, state->relieved_at, cool_down))
		suppress(decision, action, REASON_COOL_DOWN,
			 min(look_again, state->relieved_at + cool_down));
	else if (state->rising)
		act(decision, action, REASON_PRESSURE_RISING);
	else if (sustained(state, config, sample->now))
		act(decision, action, REASON_PRESSURE_SUSTAINED);
	else
		suppress(decision, action, REASON_PRESSURE_FALLING, look_again);
	return true;
}

static void decide(const struct policy_state *state, struct policy_decision *decision,
		   const struct config *config, const struct policy_sample *sample)
{
	if (state->level != LEVEL_NONE) {
		/* That pressure is over nobody tells. */
		decision->look_again = sample->now + config->value[CONFIG_WINDOW];
		if (decide_relief(state, decision, config, sample))
			return;
		suppress_relief(decision);
	}
	decide_topup(state, decision, config, sample);
}

struct policy_decision policy_step(struct policy_state *state, const struct config *config,
				   const struct policy_sample *sample)
{
	struct policy_decision decision = { .reason = REASON_NOTHING_TO_DO };

	take_sample(state, config, sample);
	if (!sample->live) {
		decision.reason = REASON_NO_HYP;
		return decision;
	}
	decision.reserve = sample->reclaimable;
	decision.target = policy_target(state, config, sample->now);
	decision.low = policy_low_mark(config, decision.target);
	decision.level = state->level;
	decision.avg10 = state->last_avg10;
	decision.enter = policy_enter(state, config);
	if (decision.reserve >= decision.low)
		state->rehearsed = 0;
	decide(state, &decision, config, sample);
	return decision;
}

static void topped_up(struct policy_state *state, bool fell_short, uint64_t now)
{
	state->topup_at = now;
	state->back_off = fell_short ? min(max(2 * state->back_off, SECOND), BACK_OFF_MAX) : 0;
}

void policy_completed(struct policy_state *state, const struct config *config,
		      enum policy_action action, bool own, uint64_t asked, uint64_t pages,
		      uint64_t now)
{
	if (action == POLICY_TOPUP) {
		topped_up(state, pages < asked, now);
		return;
	}
	state->relieved_at = now;
	if (pages && own)
		watch(state, config, state->donated, pages, now);
}

void policy_rehearsed(struct policy_state *state, enum policy_action action, bool own,
		      uint64_t asked, uint64_t now)
{
	if (action != POLICY_TOPUP)
		state->relieved_at = now;
	else if (own)
		state->rehearsed = asked;
}

void policy_forget_topups(struct policy_state *state)
{
	state->back_off = 0;
	state->rehearsed = 0;
}
