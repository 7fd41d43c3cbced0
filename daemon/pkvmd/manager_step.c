// SPDX-License-Identifier: GPL-2.0-or-later
/* One step of the policy, and what follows from it: sample, decide, act, account. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "link.h"
#include "log.h"
#include "manager_priv.h"
#include "pressure.h"
#include "runner.h"
#include "store.h"

/* When figures that could not be had are asked for again. */
#define RETRY_USEC	UINT64_C(1000000)

static uint64_t realtime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * UINT64_C(1000000) + ts.tv_nsec / 1000;
}

uint64_t manager_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000) + ts.tv_nsec / 1000;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void sample_hyp(struct manager *manager, struct policy_sample *sample)
{
	const struct pkvm_stats *stats = &manager->stats;

	sample->reclaimable = stats->mem.reclaimable;
	sample->in_use = less(stats->mem.heap, stats->heap.reclaimable);
	sample->donated = stats->host.donated;
	sample->reclaimed = stats->host.reclaimed;
	sample->shrunk = stats->host.shrunk;
	sample->largest_request = link_take_largest(manager->link);
}

/* The kernel counts what EL2 could give back as available. */
static uint64_t sample_host(const struct manager *manager)
{
	uint64_t available = pressure_available(manager->pressure);

	if (available == UINT64_MAX)
		return UINT64_MAX;
	return less(available, manager->stats.mem.reclaimable);
}

/*
 * Returns 0, or a negative errno if EL2 is live and does not tell its figures for a reason of the
 * moment, such as want of memory. That the module is gone is news, and no error.
 */
static int take_sample(struct manager *manager, struct policy_sample *ret)
{
	struct policy_sample sample = { .now = manager_now() };
	int err = manager->state == MANAGER_LIVE ? link_refresh(manager->link) : 0;

	if (err && manager->state == MANAGER_LIVE)
		return err;
	sample.live = manager->state == MANAGER_LIVE;
	if (sample.live) {
		sample.busy = runner_current(manager->runner)->kind != POLICY_NONE;
		sample_hyp(manager, &sample);
		sample.host_available = sample_host(manager);
		sample.pressure = pressure_sample(manager->pressure);
	}
	*ret = sample;
	return 0;
}

static void set_timer(struct manager *manager, uint64_t at)
{
	if (!at) {
		sd_event_source_set_enabled(manager->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time(manager->timer, at);
	sd_event_source_set_enabled(manager->timer, SD_EVENT_ONESHOT);
}

static void remember(struct manager *manager, const struct policy_decision *decision,
		     const struct action *action)
{
	struct decision_entry entry = {
		.realtime = realtime(),
		.decision = *decision,
		.origin = action ? action->origin : ORIGIN_POLICY,
		.dry_run = action && action->dry_run,
	};

	decisions_add(&manager->decisions, &entry);
}

/* That the policy waits for its own action is not worth telling. */
static bool waits_for_itself(const struct manager *manager)
{
	return manager->decision.reason == REASON_BUSY &&
	       runner_current(manager->runner)->origin == ORIGIN_POLICY;
}

/* Once, however often the same is decided in a row. */
static void suppressed(struct manager *manager, const struct policy_decision *before)
{
	const struct policy_decision *decision = &manager->decision;

	if (before->action == POLICY_NONE && decision->reason == before->reason &&
	    decision->suppressed == before->suppressed)
		return;
	if (waits_for_itself(manager))
		return;
	remember(manager, decision, NULL);
	if (decision->suppressed == POLICY_NONE)
		return;
	manager->counters.suppressed[decision->suppressed][decision->reason]++;
	tell_suppression(manager);
}

static void act(struct manager *manager)
{
	const struct policy_decision *decision = &manager->decision;
	const struct action action = {
		.kind = decision->action,
		.reason = decision->reason,
		.origin = ORIGIN_POLICY,
		.dry_run = manager->config.value[CONFIG_DRY_RUN],
		.asked = decision->pages,
	};
	int err = runner_add(manager->runner, &action, NULL, NULL);

	if (err)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot begin a %s: %s",
			policy_action_name(action.kind), strerror(-err));
}

/* What EL2 gets ahead of need can wait when the host is short. */
static void give_way(struct manager *manager)
{
	const struct policy_decision *decision = &manager->decision;
	const struct action *current = runner_current(manager->runner);

	if (decision->reason == REASON_BUSY && decision->suppressed != POLICY_TOPUP &&
	    current->kind == POLICY_TOPUP && current->origin == ORIGIN_POLICY)
		runner_stop(manager->runner, -ECANCELED, false);
}

static void save(struct manager *manager)
{
	int err = store_save(manager->store, &manager->policy, manager_now());

	if (err)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot keep what was learnt: %s",
			strerror(-err));
}

/* The last decision stands until there are figures for another. What goes on is told once. */
static void look_later(struct manager *manager, int err)
{
	if (!manager->blind)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "no figures of EL2, trying again: %s",
			strerror(-err));
	manager->blind = true;
	manager->counters.blind++;
	set_timer(manager, manager_now() + RETRY_USEC);
}

static void decide(struct manager *manager)
{
	struct policy_decision before = manager->decision;
	uint64_t ping_pongs = manager->policy.ping_pongs;

	manager->decision = policy_step(&manager->policy, &manager->config, &manager->sample);
	manager->counters.decisions++;
	set_timer(manager, manager->decision.look_again);
	if (manager->policy.ping_pongs != ping_pongs)
		tell_ping_pong(manager);
	if (manager->decision.action != POLICY_NONE)
		act(manager);
	else
		suppressed(manager, &before);
	give_way(manager);
	save(manager);
	if (manager->decision.level != before.level) {
		tell_status(manager);
		manager_changed(manager);
	}
}

int manager_step(sd_event_source *source, void *arg)
{
	struct manager *manager = arg;
	int err = take_sample(manager, &manager->sample);

	(void)source;
	if (err) {
		look_later(manager, err);
		return 0;
	}
	manager->blind = false;
	decide(manager);
	return 0;
}

/* A person's action is no decision of the policy, but told with the same figures. */
void manager_action_begins(struct manager *manager, const struct action *action)
{
	struct policy_decision decision = manager->decision;

	decision.action = action->kind;
	decision.reason = action->reason;
	decision.pages = action->asked;
	remember(manager, &decision, action);
	tell_action_begins(action, &decision);
	for (struct manager_observer *at = manager->observers, *next; at; at = next) {
		next = at->next;
		if (at->action_begins)
			at->action_begins(action, &decision, at->arg);
	}
}

static void count_action(struct counters *counters, const struct action *action)
{
	counters->actions[action->kind][action->reason]++;
	/* Making way for what is more urgent is no failure. */
	counters->failed[action->kind] += action->error && action->error != -ECANCELED;
	counters->pages[action->kind] += action->done;
	counters->dry_runs[action->kind] += action->dry_run;
}

static void complete_entry(struct manager *manager, const struct action *action)
{
	struct decision_entry *entry = decisions_open(&manager->decisions);

	if (!entry)
		return;
	entry->completed = true;
	entry->done = action->done;
	entry->error = action->error;
	entry->duration = action->took;
}

static void tell_policy(struct manager *manager, const struct action *action)
{
	bool own = action->origin == ORIGIN_POLICY;
	/* Nobody refused what was not asked for any more. */
	uint64_t asked = action->error == -ECANCELED ? action->done : action->asked;

	if (action->dry_run)
		policy_rehearsed(&manager->policy, action->kind, own, asked, manager_now());
	else
		policy_completed(&manager->policy, &manager->config, action->kind, own, asked,
				 action->done, manager_now());
}

void manager_action_ended(struct manager *manager, const struct action *action)
{
	count_action(&manager->counters, action);
	complete_entry(manager, action);
	tell_policy(manager, action);
	link_refresh(manager->link);
	tell_action_ended(action, manager);
	for (struct manager_observer *at = manager->observers, *next; at; at = next) {
		next = at->next;
		if (at->action_ends)
			at->action_ends(action, at->arg);
	}
	manager_look(manager);
}
