// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd itself counts and decides, as metrics "pkvmd_..."; the module's come first. */
#include "metrics.h"

#include <errno.h>
#include <stdlib.h>

#include <pkvm/version.h>

#include "../metrics/kernel.h"
#include "metrics_probe.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define REASON(name)	(1u << REASON_##name)

/* clang-format off */

#define GAUGE(name, unit, struct_, member, help) \
	{ { name, OM_GAUGE, unit, help }, { NULL, NULL }, OM_MEMBER(struct struct_, member) }
#define COUNTER(name, struct_, member, help) \
	{ { name, OM_COUNTER, OM_COUNT, help }, { NULL, NULL }, OM_MEMBER(struct struct_, member) }

/* clang-format on */

static const struct om_metric counter_table[] = {
	COUNTER("pkvmd_decisions", counters, decisions, "Times that the policy was asked"),
	COUNTER("pkvmd_missed_decisions", counters, blind,
		"Times that the policy could not be asked, as EL2's figures were not to be had"),
	COUNTER("pkvmd_pressure_triggers", counters, triggers,
		"Triggers of memory pressure (PSI) that fired"),
	COUNTER("pkvmd_notifications", counters, notifications,
		"Notifications that came from the module"),
	COUNTER("pkvmd_notification_overruns", counters, overruns,
		"Times that notifications were lost, and all was asked for anew"),
	COUNTER("pkvmd_module_loads", counters, loads, "Times that the module was found loaded"),
	COUNTER("pkvmd_config_reloads", counters, reloads,
		"Times that the configuration was read again"),
};

static const struct om_metric decision_table[] = {
	GAUGE("pkvmd_reserve_target_bytes", OM_PAGES, policy_decision, target,
	      "What the reserve is topped up to, learnt from what VM starts took"),
	GAUGE("pkvmd_reserve_low_mark_bytes", OM_PAGES, policy_decision, low,
	      "The reserve below which it is topped up"),
	GAUGE("pkvmd_pressure_threshold_ratio", OM_BASIS_POINTS, policy_decision, enter,
	      "Share of time stalled on memory from which pressure counts, ping-pong considered"),
};

static const struct om_metric pressure_table[] = {
	GAUGE("pkvmd_pressure_some_ratio", OM_BASIS_POINTS, policy_pressure, some_avg10,
	      "Share of 10 s in which some task was stalled on memory, as of the last decision"),
};

static const struct om_metric policy_table[] = {
	COUNTER("pkvmd_ping_pongs", policy_state, ping_pongs,
		"Times that what was taken back had to be donated again soon"),
	GAUGE("pkvmd_damping", OM_COUNT, policy_state, damping,
	      "Times that ping-pong has doubled the threshold of pressure"),
};

/* Which reasons an action can have: each pair is published from the start, at 0. */
static const uint32_t reasons[POLICY_ACTIONS] = {
	[POLICY_TOPUP] = REASON(LOW_RESERVE) | REASON(REQUESTED),
	[POLICY_RELEASE] = REASON(PRESSURE_RISING) | REASON(PRESSURE_SUSTAINED),
	[POLICY_RECLAIM] = REASON(PRESSURE_RISING) | REASON(PRESSURE_SUSTAINED) | REASON(REQUESTED),
};

#define EITHER	(REASON(BUSY) | REASON(DISABLED) | REASON(NO_HYP))
#define RELIEF	(REASON(PRESSURE_FALLING) | REASON(COOL_DOWN) | REASON(PING_PONG) | EITHER)

/* And which it can be suppressed for. */
static const uint32_t suppressions[POLICY_ACTIONS] = {
	[POLICY_TOPUP] = REASON(PRESSURE_LASTS) | REASON(HOLD) | REASON(BACK_OFF) |
			 REASON(HOST_SHORT) | REASON(REHEARSED) | EITHER,
	[POLICY_RELEASE] = RELIEF | REASON(FLOOR),
	[POLICY_RECLAIM] = RELIEF | REASON(NOTHING_RECLAIMABLE),
};

static void write_by_reason(struct om_writer *writer, const struct om_family *family,
			    const uint32_t possible[POLICY_ACTIONS],
			    const uint64_t counts[POLICY_ACTIONS][POLICY_REASONS])
{
	om_begin(writer, family);
	for (enum policy_action action = POLICY_TOPUP; action < POLICY_ACTIONS; action++) {
		for (enum policy_reason reason = 0; reason < POLICY_REASONS; reason++) {
			const struct om_label labels[] = {
				{ "action", policy_action_name(action) },
				{ "reason", policy_reason_name(reason) },
			};

			if (possible[action] & 1u << reason || counts[action][reason])
				om_sample(writer, labels, ARRAY_SIZE(labels),
					  counts[action][reason]);
		}
	}
}

static void write_by_action(struct om_writer *writer, const struct om_family *family,
			    const uint64_t counts[POLICY_ACTIONS])
{
	om_begin(writer, family);
	for (enum policy_action action = POLICY_TOPUP; action < POLICY_ACTIONS; action++) {
		const struct om_label label = { "action", policy_action_name(action) };

		om_sample(writer, &label, 1, counts[action]);
	}
}

static void write_actions(struct om_writer *writer, const struct counters *counters)
{
	const struct om_family actions = { "pkvmd_actions", OM_COUNTER, OM_COUNT,
					   "Completed actions, by kind and reason" };
	const struct om_family suppressed = {
		"pkvmd_suppressed_actions", OM_COUNTER, OM_COUNT,
		"Actions that were due but not taken, by kind and reason"
	};
	const struct om_family failures = { "pkvmd_action_failures", OM_COUNTER, OM_COUNT,
					    "Completed actions that ended with an error" };
	const struct om_family dry_runs = { "pkvmd_dry_run_actions", OM_COUNTER, OM_COUNT,
					    "Completed actions that moved nothing on purpose" };
	const struct om_family moved = { "pkvmd_action_bytes", OM_COUNTER, OM_PAGES,
					 "Memory that actions moved" };

	write_by_reason(writer, &actions, reasons, counters->actions);
	write_by_reason(writer, &suppressed, suppressions, counters->suppressed);
	write_by_action(writer, &failures, counters->failed);
	write_by_action(writer, &dry_runs, counters->dry_runs);
	write_by_action(writer, &moved, counters->pages);
}

static void write_histogram(struct om_writer *writer, const struct om_family *family,
			    const struct histogram *histogram)
{
	const struct om_buckets buckets = { histogram->shape->bounds, histogram->counts,
					    histogram->shape->n, histogram->sum };

	om_begin(writer, family);
	om_histogram(writer, NULL, 0, &buckets);
}

static void write_histograms(struct om_writer *writer, const struct counters *counters)
{
	const struct om_family latency = { "pkvmd_request_duration_seconds", OM_HISTOGRAM, OM_NS,
					   "How long hyp requests took to be served" };
	const struct om_family size = { "pkvmd_topup_size_bytes", OM_HISTOGRAM, OM_PAGES,
					"How much was topped up at a time" };

	write_histogram(writer, &latency, &counters->request_latency);
	write_histogram(writer, &size, &counters->topup_size);
}

/* One sample per possible word, 1 for the one that holds. */
static void write_words(struct om_writer *writer, const struct om_family *family, const char *key,
			const char *(*name)(unsigned int), unsigned int n, unsigned int holds)
{
	om_begin(writer, family);
	for (unsigned int i = 0; i < n; i++) {
		const struct om_label label = { key, name(i) };

		om_sample(writer, &label, 1, i == holds);
	}
}

static const char *state_name(unsigned int i)
{
	return manager_state_name((enum manager_state)i);
}

static const char *level_name(unsigned int i)
{
	return policy_level_name((enum policy_level)i);
}

static void write_state(struct om_writer *writer, const struct manager *manager)
{
	const struct om_family build = { "pkvmd_build", OM_INFO, OM_COUNT, "The daemon that runs" };
	const struct om_family dry_run = { "pkvmd_dry_run", OM_GAUGE, OM_COUNT,
					   "Whether actions move nothing (1) or something (0)" };
	const struct om_family state = { "pkvmd_state", OM_GAUGE, OM_COUNT,
					 "What the daemon sees of EL2: 1 for the state that holds" };
	const struct om_family level = { "pkvmd_pressure_level", OM_GAUGE, OM_COUNT,
					 "Memory pressure: 1 for the level that holds" };
	const struct om_label version = { "version", PKVM_VERSION };

	om_begin(writer, &build);
	om_sample(writer, &version, 1, 1);
	om_begin(writer, &dry_run);
	om_sample(writer, NULL, 0, manager->config.value[CONFIG_DRY_RUN]);
	write_words(writer, &state, "state", state_name, MANAGER_STATES, manager->state);
	write_words(writer, &level, "level", level_name, POLICY_LEVELS, manager->policy.level);
}

/* As of the last look where EL2 does not answer just now. */
static void write_kernel(struct om_writer *writer, struct manager *manager)
{
	const struct kernel_metrics metrics = {
		.has_info = manager->state == MANAGER_LIVE || manager->state == MANAGER_DEAD,
		.has_stats = manager->state == MANAGER_LIVE,
		.info = manager->info,
		.shrinker = manager->shrinker,
		.stats = manager->stats,
		.pages = manager->page_stats,
	};

	kernel_metrics_write(writer, &metrics);
}

static void write_all(struct om_writer *writer, struct manager *manager)
{
	write_kernel(writer, manager);
	write_state(writer, manager);
	om_table(writer, decision_table, ARRAY_SIZE(decision_table), &manager->decision);
	om_table(writer, pressure_table, ARRAY_SIZE(pressure_table), &manager->sample.pressure);
	om_table(writer, policy_table, ARRAY_SIZE(policy_table), &manager->policy);
	write_actions(writer, &manager->counters);
	om_table(writer, counter_table, ARRAY_SIZE(counter_table), &manager->counters);
	write_histograms(writer, &manager->counters);
	metrics_probe_write(writer);
	om_end(writer);
}

int metrics_text(struct manager *manager, enum om_format format, char **ret_text, size_t *ret_size)
{
	struct om_writer writer = { .format = format };
	char *text = NULL;
	size_t size = 0;

	manager_refresh(manager);
	writer.out = open_memstream(&text, &size);
	if (!writer.out)
		return -ENOMEM;
	write_all(&writer, manager);
	if (ferror(writer.out) | fclose(writer.out)) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	*ret_size = size;
	return 0;
}
