// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of what the eBPF probes tell. */
#include "view_trace.h"

#include <inttypes.h>
#include <string.h>

#include "histogram.h"
#include "line.h"
#include "names.h"
#include "record.h"

/* The kernel's own requests do not tell a cause. */
static const char *cause_of(const struct hyp_req_kind *kind)
{
	return kind->source == HYP_REQ_SOURCE_KERNEL ? "kernel" :
						       ctl_word(&ctl_cause_words, kind->cause);
}

/* An event in the units and words of a view. */
struct call {
	struct hyp_req_event event;
	const char *cause;
	int error;		/* positive errno */
};

/* clang-format off */
#define CALL(key, member, unit, label, optional) \
	{ key, label, unit, CTL_MEMBER(struct call, member), NULL, optional }
#define SUM(key, member, unit, label, optional) \
	{ key, label, unit, CTL_MEMBER(struct hyp_req_sum, member), NULL, optional }
#define FIELDS(name) \
	static const struct ctl_fields name = { sizeof(name##_list) / sizeof(name##_list[0]), \
						name##_list }
/* clang-format on */

static const struct ctl_field call_fields_list[] = {
	CALL("comm", event.task.comm, CTL_CHARS, "by", false),
	CALL("pid", event.task.pid, CTL_COUNT, "pid", false),
	CALL("vm", event.vm, CTL_COUNT, "VM", true),
	CALL("type", event.kind.type, CTL_COUNT, "type", false),
	CALL("cause", cause, CTL_TEXT, "cause", false),
	CALL("retries", event.retries, CTL_COUNT, "retries", false),
	CALL("given", event.given, CTL_PAGES, "given", false),
	CALL("asked", event.asked, CTL_PAGES, "asked for", false),
	CALL("duration", event.duration_ns, CTL_NS, "took", false),
	CALL("error", error, CTL_ERRNO, "error", true),
};

FIELDS(call_fields);

static const struct ctl_field sum_fields_list[] = {
	SUM("calls", calls, CTL_COUNT, "calls", false),
	SUM("failures", failures, CTL_COUNT, "failed", false),
	SUM("retries", retries, CTL_COUNT, "retries", false),
	SUM("given", given, CTL_PAGES, "given", false),
	SUM("asked", asked, CTL_PAGES, "asked for", false),
	SUM("duration", duration_ns, CTL_NS, "took", false),
};

FIELDS(sum_fields);

static const struct ctl_field lost_fields_list[] = {
	{ "events", "events lost", CTL_COUNT, HYP_REQ_LOST_EVENTS * sizeof(uint64_t),
	  sizeof(uint64_t), NULL, false },
	{ "stacks", "stacks lost", CTL_COUNT, HYP_REQ_LOST_STACKS * sizeof(uint64_t),
	  sizeof(uint64_t), NULL, true },
	{ "sums", "sums lost", CTL_COUNT, HYP_REQ_LOST_SUMS * sizeof(uint64_t), sizeof(uint64_t),
	  NULL, true },
};

FIELDS(lost_fields);

static void print_stack(FILE *out, const char *stack)
{
	while (*stack) {
		int len = (int)strcspn(stack, ";");

		fprintf(out, "    %.*s\n", len, stack);
		stack += len + !!stack[len];
	}
}

void ctl_view_hyp_req(FILE *out, const struct hyp_req_event *event, const struct timespec *when,
		      const char *stack, const struct ctl_style *style)
{
	struct call call = { *event, cause_of(&event->kind), -event->err };
	struct ctl_json json = { .out = out, .one_line = true };

	ctl_begin_line(out, &json, "request", when, style);
	if (!style->json) {
		ctl_line(out, &call_fields, &call, style);
		fputc('\n', out);
		print_stack(out, stack);
		return;
	}
	ctl_json_fields(&json, &call_fields, &call);
	if (*stack)
		ctl_json_string(&json, "stack", stack);
	ctl_json_end(&json);
}

static void sum_up(const struct probe_reading *reading, struct hyp_req_sum *ret)
{
	*ret = (struct hyp_req_sum){ 0 };
	for (size_t i = 0; i < reading->nr_kinds; i++) {
		const struct hyp_req_sum *sum = &reading->kinds[i].stats.sum;

		ret->calls += sum->calls;
		ret->failures += sum->failures;
		ret->retries += sum->retries;
		ret->asked += sum->asked;
		ret->given += sum->given;
		ret->duration_ns += sum->duration_ns;
	}
}

void ctl_view_hyp_req_summary(FILE *out, const struct probe_reading *reading,
			      const struct timespec *when, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out, .one_line = true };
	struct hyp_req_sum sum;

	sum_up(reading, &sum);
	ctl_begin_line(out, &json, "summary", when, style);
	if (style->json) {
		ctl_json_fields(&json, &sum_fields, &sum);
		ctl_json_begin(&json, "lost");
		ctl_json_fields(&json, &lost_fields, reading->lost);
		ctl_json_end(&json);
		ctl_json_end(&json);
		return;
	}
	ctl_line(out, &sum_fields, &sum, style);
	fputs(", ", out);
	ctl_line(out, &lost_fields, reading->lost, style);
	fputc('\n', out);
}

static struct ctl_histogram latency_of(const struct hyp_req_stats *stats)
{
	return (struct ctl_histogram){ CTL_NS, HYP_REQ_LATENCY_SLOTS, stats->latency };
}

static struct ctl_histogram pages_of(const uint64_t *slots)
{
	return (struct ctl_histogram){ CTL_PAGES, HYP_REQ_PAGES_SLOTS, slots };
}

static void draw_kind(FILE *out, const struct probe_kind *kind, const struct ctl_style *style)
{
	const struct ctl_histogram latency = latency_of(&kind->stats);
	const struct ctl_histogram given = pages_of(kind->stats.given);

	fprintf(out, "cause %s, type %u: ", cause_of(&kind->kind), kind->kind.type);
	ctl_line(out, &sum_fields, &kind->stats.sum, style);
	fputs("\n  took\n", out);
	ctl_histogram_draw(out, &latency, style);
	fputs("  given\n", out);
	ctl_histogram_draw(out, &given, style);
	fputc('\n', out);
}

static const struct ctl_field vm_fields_list[] = {
	{ "vm", "VM", CTL_COUNT, CTL_MEMBER(struct probe_vm, vm), NULL, false },
	{ "calls", "calls", CTL_COUNT, CTL_MEMBER(struct probe_vm, sum.calls), NULL, false },
	{ "failures", "failed", CTL_COUNT, CTL_MEMBER(struct probe_vm, sum.failures), NULL, false },
	{ "retries", "retries", CTL_COUNT, CTL_MEMBER(struct probe_vm, sum.retries), NULL, false },
	{ "given", "given", CTL_PAGES, CTL_MEMBER(struct probe_vm, sum.given), NULL, false },
	{ "asked", "asked for", CTL_PAGES, CTL_MEMBER(struct probe_vm, sum.asked), NULL, false },
	{ "duration", "took", CTL_NS, CTL_MEMBER(struct probe_vm, sum.duration_ns), NULL, false },
};

FIELDS(vm_fields);

static const struct ctl_field task_fields_list[] = {
	{ "comm", "process", CTL_CHARS, CTL_MEMBER(struct probe_task, task.comm), NULL, false },
	{ "pid", "pid", CTL_COUNT, CTL_MEMBER(struct probe_task, task.pid), NULL, false },
	{ "calls", "calls", CTL_COUNT, CTL_MEMBER(struct probe_task, sum.calls), NULL, false },
	{ "failures", "failed", CTL_COUNT, CTL_MEMBER(struct probe_task, sum.failures), NULL,
	  false },
	{ "retries", "retries", CTL_COUNT, CTL_MEMBER(struct probe_task, sum.retries), NULL,
	  false },
	{ "given", "given", CTL_PAGES, CTL_MEMBER(struct probe_task, sum.given), NULL, false },
	{ "asked", "asked for", CTL_PAGES, CTL_MEMBER(struct probe_task, sum.asked), NULL, false },
	{ "duration", "took", CTL_NS, CTL_MEMBER(struct probe_task, sum.duration_ns), NULL, false },
};

FIELDS(task_fields);

static void json_kind(struct ctl_json *json, const struct probe_kind *kind)
{
	const struct ctl_histogram latency = latency_of(&kind->stats);
	const struct ctl_histogram asked = pages_of(kind->stats.asked);
	const struct ctl_histogram given = pages_of(kind->stats.given);

	ctl_json_begin(json, NULL);
	ctl_json_string(json, "cause", cause_of(&kind->kind));
	ctl_json_number(json, "type", kind->kind.type);
	ctl_json_fields(json, &sum_fields, &kind->stats.sum);
	ctl_histogram_json(json, "duration_ns_histogram", &latency);
	ctl_histogram_json(json, "asked_pages_histogram", &asked);
	ctl_histogram_json(json, "given_pages_histogram", &given);
	ctl_json_end(json);
}

static void json_list(struct ctl_json *json, const char *key, const struct ctl_fields *fields,
		      const void *objects, size_t n, size_t stride)
{
	ctl_json_begin_list(json, key);
	for (size_t i = 0; i < n; i++) {
		ctl_json_begin(json, NULL);
		ctl_json_fields(json, fields, (const char *)objects + i * stride);
		ctl_json_end(json);
	}
	ctl_json_end_list(json);
}

static int hist_json(FILE *out, const struct probe_reading *reading)
{
	struct ctl_json json = { .out = out };

	ctl_json_begin(&json, NULL);
	ctl_json_begin_list(&json, "kinds");
	for (size_t i = 0; i < reading->nr_kinds; i++)
		json_kind(&json, &reading->kinds[i]);
	ctl_json_end_list(&json);
	json_list(&json, "vms", &vm_fields, reading->vms, reading->nr_vms,
		  sizeof(*reading->vms));
	json_list(&json, "processes", &task_fields, reading->tasks, reading->nr_tasks,
		  sizeof(*reading->tasks));
	ctl_json_begin(&json, "lost");
	ctl_json_fields(&json, &lost_fields, reading->lost);
	ctl_json_end(&json);
	ctl_json_end(&json);
	return 0;
}

int ctl_view_hist(FILE *out, const struct probe_reading *reading, const struct ctl_style *style)
{
	int err;

	if (style->json)
		return hist_json(out, reading);
	if (!reading->nr_kinds) {
		fputs("no call has made a hyp request\n", out);
		return 0;
	}
	for (size_t i = 0; i < reading->nr_kinds; i++)
		draw_kind(out, &reading->kinds[i], style);
	err = ctl_table(out, "vms", &vm_fields, reading->vms, reading->nr_vms,
			sizeof(*reading->vms), style);
	fputc('\n', out);
	if (!err)
		err = ctl_table(out, "processes", &task_fields, reading->tasks, reading->nr_tasks,
				sizeof(*reading->tasks), style);
	if (!err && reading->lost[HYP_REQ_LOST_SUMS])
		fprintf(out, "\nnot in these sums, for want of room: %" PRIu64 " times\n",
			reading->lost[HYP_REQ_LOST_SUMS]);
	return err;
}
