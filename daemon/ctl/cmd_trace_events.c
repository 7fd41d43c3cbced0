// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl trace events */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "hypevents.h"
#include "json.h"
#include "tracefs.h"
#include "until.h"

/* With nothing new for so long all that waits is told. */
#define IDLE_MS		100
#define PIECES_AT_ONCE	64	/* so that interrupts are seen however fast events come */

struct stream {
	struct ctl *ctl;
	struct ctl_tracefs tracefs;
	struct ctl_hypevents events;
	uint64_t told, wanted;
};

/* "key=value": a number as such, everything else as a string. */
static void print_json_field(struct ctl_json *json, char *field)
{
	char *value = strchr(field, '='), *end;
	uint64_t number;

	if (!value)
		return;
	*value++ = '\0';
	number = strtoull(value, &end, 10);
	if (*value != '-' && !*end)
		ctl_json_number(json, field, number);
	else
		ctl_json_string(json, field, value);
}

static void print_json(FILE *out, struct ctl_hypevent *event)
{
	struct ctl_json json = { .out = out, .one_line = true };
	char *rest = event->fields, *field;

	ctl_json_begin(&json, NULL);
	ctl_json_number(&json, "hyp_ts_ns", event->ts);
	ctl_json_number(&json, "hyp_cpu", event->cpu);
	ctl_json_string(&json, "event", event->name);
	while ((field = strsep(&rest, " ")))
		print_json_field(&json, field);
	ctl_json_end(&json);
}

static void print(FILE *out, struct ctl_hypevent *event, const struct ctl_style *style)
{
	if (style->json)
		print_json(out, event);
	else
		fprintf(out, "%6" PRIu64 ".%09" PRIu64 " [%03" PRIu32 "] %-16s %s\n",
			event->ts / 1000000000, event->ts % 1000000000, event->cpu, event->name,
			event->fields);
}

/* Returns 0 or a negative errno. */
static int tell(struct stream *stream, bool all)
{
	size_t n = ctl_hypevents_ready(&stream->events, all);

	for (size_t i = 0; i < n && stream->told < stream->wanted; i++, stream->told++)
		print(stream->ctl->out, &stream->events.list[i], &stream->ctl->style);
	ctl_hypevents_drop(&stream->events, n);
	return fflush(stream->ctl->out) ? -errno : 0;
}

/* Reads what is there, in so many pieces at most. Returns 0 or a negative errno. */
static int read_pipe(struct stream *stream, size_t pieces)
{
	char buf[16384];

	while (pieces--) {
		ssize_t n = read(stream->tracefs.pipe, buf, sizeof(buf));
		int err;

		if (n <= 0)
			return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
		err = ctl_hypevents_feed(&stream->events, buf, (size_t)n);
		if (err)
			return err;
	}
	return 0;
}

/* Until an interrupt, the deadline or enough events. */
static int follow(struct stream *stream, struct ctl_until *until)
{
	enum ctl_wait waited;
	int err = 0;

	do {
		waited = ctl_until_wait(until, stream->tracefs.pipe, IDLE_MS);
		if (waited == CTL_WAIT_ERROR)
			return -errno;
		if (waited == CTL_WAIT_READY)
			err = read_pipe(stream, PIECES_AT_ONCE);
		if (!err)
			err = tell(stream, waited == CTL_WAIT_IDLE);
	} while (!err && stream->told < stream->wanted &&
		 (waited == CTL_WAIT_READY || waited == CTL_WAIT_IDLE));
	return err;
}

/* What EL2 wrote until now, and the rest that waits. */
static int finish(struct stream *stream)
{
	int err;

	ctl_tracefs_stop(&stream->tracefs);
	err = read_pipe(stream, SIZE_MAX);
	return err ? err : tell(stream, true);
}

static void summarise(const struct stream *stream)
{
	const struct ctl_hypevents *events = &stream->events;
	struct ctl_json json = { .out = stream->ctl->out, .one_line = true };

	if (!stream->ctl->style.json) {
		fprintf(stream->ctl->out,
			"summary: events %" PRIu64 ", lost at EL2 %" PRIu64
			", lost in the trace buffer %" PRIu64 "\n",
			stream->told, events->lost_at_el2, events->lost_in_buffer);
		return;
	}
	ctl_json_begin(&json, NULL);
	ctl_json_string(&json, "event", "summary");
	ctl_json_number(&json, "events", stream->told);
	ctl_json_number(&json, "lost_at_el2", events->lost_at_el2);
	ctl_json_number(&json, "lost_in_buffer", events->lost_in_buffer);
	ctl_json_end(&json);
}

static enum ctl_exit run_stream(struct stream *stream, struct ctl_until *until)
{
	int err = follow(stream, until);

	if (!err)
		err = finish(stream);
	if (err)
		return ctl_failed("cannot tell EL2's events: %s", strerror(-err));
	summarise(stream);
	if (stream->told < stream->wanted && stream->wanted != UINT64_MAX)
		return ctl_failed("ended after %" PRIu64 " of %" PRIu64 " events", stream->told,
				  stream->wanted);
	return CTL_EXIT_OK;
}

enum ctl_exit ctl_cmd_trace_events(struct ctl *ctl)
{
	const struct ctl_args *args = ctl->args;
	struct stream stream = { .ctl = ctl, .wanted = ctl_value_or(args->count, UINT64_MAX) };
	struct ctl_message message;
	struct ctl_until until;
	enum ctl_exit status;
	int err = ctl_until_begin(&until, ctl_value_or(args->timeout, 0));

	if (err)
		return ctl_failed("cannot catch signals: %s", strerror(-err));
	err = ctl_tracefs_open(args->events ? args->events : UINT64_MAX, &stream.tracefs, &message);
	if (err) {
		status = ctl_probe_failed(err, &message);
	} else {
		status = run_stream(&stream, &until);
		ctl_hypevents_release(&stream.events);
		ctl_tracefs_close(&stream.tracefs);
	}
	ctl_until_end(&until);
	return status;
}
