// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd-probe has measured, as metrics "pkvmd_probe_...", by type of request. */
#include "metrics_probe.h"

#include <stdbool.h>
#include <stdio.h>

#include "probe_read.h"

/* The labels of a type of request. */
#define LABELS	3

struct kind_labels {
	char type[8];
	struct om_label list[LABELS];
};

static void label_kind(const struct hyp_req_kind *kind, struct kind_labels *ret)
{
	snprintf(ret->type, sizeof(ret->type), "%u", kind->type);
	ret->list[0] = (struct om_label){ "source", probe_source_name(kind) };
	ret->list[1] = (struct om_label){ "type", ret->type };
	ret->list[2] = (struct om_label){ "cause", probe_cause_name(kind) };
}

/* A member of struct hyp_req_stats: its histogram, and its sum. */
struct measure {
	struct om_family family;
	size_t slots_offset, sum_offset;
	unsigned int slots;
};

#define MEASURE(slots, slots_member, sum_member) \
	offsetof(struct hyp_req_stats, slots_member), \
	offsetof(struct hyp_req_stats, sum.sum_member), slots

static const struct measure measures[] = {
	{ { "pkvmd_probe_call_duration_seconds", OM_HISTOGRAM, OM_NS,
	    "How long hypercalls that lacked pages took, from their first request on" },
	  MEASURE(HYP_REQ_LATENCY_SLOTS, latency, duration_ns) },
	{ { "pkvmd_probe_call_asked_bytes", OM_HISTOGRAM, OM_PAGES,
	    "What hypercalls that lacked pages asked for" },
	  MEASURE(HYP_REQ_PAGES_SLOTS, asked, asked) },
	{ { "pkvmd_probe_call_size_bytes", OM_HISTOGRAM, OM_PAGES,
	    "What hypercalls that lacked pages were given" },
	  MEASURE(HYP_REQ_PAGES_SLOTS, given, given) },
};

/* The last slot has no bound. */
static void write_histogram(struct om_writer *writer, const struct measure *measure,
			    const struct probe_kind *kind)
{
	const char *stats = (const char *)&kind->stats;
	uint64_t bounds[HYP_REQ_LATENCY_SLOTS];
	const struct om_buckets buckets = {
		.bounds = bounds,
		.counts = (const uint64_t *)(stats + measure->slots_offset),
		.n = measure->slots - 1,
		.sum = *(const uint64_t *)(stats + measure->sum_offset),
	};
	struct kind_labels labels;

	for (unsigned int slot = 0; slot < measure->slots - 1; slot++)
		bounds[slot] = hyp_req_slot_end(slot, measure->slots);
	label_kind(&kind->kind, &labels);
	om_histogram(writer, labels.list, LABELS, &buckets);
}

static void write_measure(struct om_writer *writer, const struct measure *measure,
			  const struct probe_reading *reading)
{
	om_begin(writer, &measure->family);
	for (size_t i = 0; i < reading->nr_kinds; i++)
		write_histogram(writer, measure, &reading->kinds[i]);
}

/* A counter by type: @offset is that of a member of struct hyp_req_sum. */
static void write_counter(struct om_writer *writer, const char *name, const char *help,
			  size_t offset, const struct probe_reading *reading)
{
	const struct om_family family = { name, OM_COUNTER, OM_COUNT, help };

	om_begin(writer, &family);
	for (size_t i = 0; i < reading->nr_kinds; i++) {
		const char *sum = (const char *)&reading->kinds[i].stats.sum;
		struct kind_labels labels;

		label_kind(&reading->kinds[i].kind, &labels);
		om_sample(writer, labels.list, LABELS, *(const uint64_t *)(sum + offset));
	}
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
	write_counter(writer, "pkvmd_probe_calls", "Hypercalls that lacked pages",
		      offsetof(struct hyp_req_sum, calls), reading);
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		write_measure(writer, &measures[i], reading);
	write_counter(writer, "pkvmd_probe_call_retries",
		      "Times that a hypercall was made again after a top-up",
		      offsetof(struct hyp_req_sum, retries), reading);
	write_counter(writer, "pkvmd_probe_call_failures", "Hypercalls given up after a request",
		      offsetof(struct hyp_req_sum, failures), reading);
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
