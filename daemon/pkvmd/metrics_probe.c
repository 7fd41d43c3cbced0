// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd-probe has measured, as metrics "pkvmd_probe_...". */
#include "metrics_probe.h"

#include <stdbool.h>

#include "probe_read.h"

/* All kinds of requests in one. */
static void sum_up(const struct probe_reading *reading, struct hyp_req_stats *ret)
{
	*ret = (struct hyp_req_stats){ 0 };
	for (size_t i = 0; i < reading->nr_kinds; i++) {
		const struct hyp_req_stats *stats = &reading->kinds[i].stats;

		ret->sum.calls += stats->sum.calls;
		ret->sum.failures += stats->sum.failures;
		ret->sum.retries += stats->sum.retries;
		ret->sum.asked += stats->sum.asked;
		ret->sum.given += stats->sum.given;
		ret->sum.duration_ns += stats->sum.duration_ns;
		for (size_t slot = 0; slot < HYP_REQ_LATENCY_SLOTS; slot++)
			ret->latency[slot] += stats->latency[slot];
		for (size_t slot = 0; slot < HYP_REQ_PAGES_SLOTS; slot++) {
			ret->asked[slot] += stats->asked[slot];
			ret->given[slot] += stats->given[slot];
		}
	}
}

/* The last slot has no bound. */
static void write_histogram(struct om_writer *writer, const struct om_family *family,
			    const uint64_t *slots, unsigned int n, uint64_t sum)
{
	uint64_t bounds[HYP_REQ_LATENCY_SLOTS];

	for (unsigned int slot = 0; slot < n - 1; slot++)
		bounds[slot] = hyp_req_slot_end(slot, n);
	om_begin(writer, family);
	om_histogram(writer, bounds, slots, n - 1, sum);
}

static void write_counter(struct om_writer *writer, const char *name, const char *help,
			  uint64_t value)
{
	const struct om_family family = { name, OM_COUNTER, OM_COUNT, help };

	om_begin(writer, &family);
	om_sample(writer, NULL, 0, value);
}

static void write_lost(struct om_writer *writer, const uint64_t lost[HYP_REQ_LOST])
{
	const struct om_family family = { "pkvmd_probe_lost", OM_COUNTER, OM_COUNT,
					  "What the probe had no room for: events, stacks, or calls in a sum" };

	om_begin(writer, &family);
	for (enum hyp_req_lost what = 0; what < HYP_REQ_LOST; what++) {
		const struct om_label label = { "what", probe_lost_name(what) };

		om_sample(writer, &label, 1, lost[what]);
	}
}

static void write_reading(struct om_writer *writer, const struct probe_reading *reading)
{
	const struct om_family duration = { "pkvmd_probe_call_duration_seconds", OM_HISTOGRAM,
					    OM_NS,
					    "How long hypercalls that lacked pages took, from their first request on" };
	const struct om_family asked = { "pkvmd_probe_call_asked_bytes", OM_HISTOGRAM, OM_PAGES,
					 "What hypercalls that lacked pages asked for" };
	const struct om_family given = { "pkvmd_probe_call_size_bytes", OM_HISTOGRAM, OM_PAGES,
					 "What hypercalls that lacked pages were given" };
	struct hyp_req_stats all;

	sum_up(reading, &all);
	write_histogram(writer, &duration, all.latency, HYP_REQ_LATENCY_SLOTS,
			all.sum.duration_ns);
	write_histogram(writer, &asked, all.asked, HYP_REQ_PAGES_SLOTS, all.sum.asked);
	write_histogram(writer, &given, all.given, HYP_REQ_PAGES_SLOTS, all.sum.given);
	write_counter(writer, "pkvmd_probe_call_retries",
		      "Times that a hypercall was made again after a top-up", all.sum.retries);
	write_counter(writer, "pkvmd_probe_call_failures",
		      "Hypercalls given up after a request", all.sum.failures);
	write_lost(writer, reading->lost);
}

void metrics_probe_write(struct om_writer *writer)
{
	const struct om_family running = { "pkvmd_probe_running", OM_GAUGE, OM_COUNT,
					   "Whether pkvmd-probe measures hyp requests (1) or not (0)" };
	struct probe_reading reading;
	struct ctl_message ignored;
	bool has = !probe_read(&reading, &ignored);

	om_begin(writer, &running);
	om_sample(writer, NULL, 0, has);
	if (!has)
		return;
	write_reading(writer, &reading);
	probe_reading_release(&reading);
}
