// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl trace req, hist */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../probe/probe.h"
#include "cmd.h"
#include "size.h"
#include "symbols.h"
#include "until.h"
#include "view_trace.h"

/* Enough for some thousand events. */
#define RING_DEFAULT	(UINT32_C(1) << 20)

/* A frame's text, and its end. */
#define FRAME_MAX	128

struct trace {
	struct ctl *ctl;
	struct probe *probe;
	struct ctl_symbols *symbols;	/* NULL without stacks */
	int64_t wall_ns;		/* what CLOCK_MONOTONIC lacks to the wall clock */
	uint64_t seen, wanted;		/* events */
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct timespec to_timespec(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

/* The next power of 2. */
static uint32_t ring_size(const struct ctl_args *args)
{
	uint64_t wanted = args->buffer.number * CTL_PAGE_SIZE;
	uint32_t size = PROBE_RING_MIN;

	if (!args->buffer.given)
		return RING_DEFAULT;
	while (size < wanted)
		size *= 2;
	return size;
}

static void name_stack(const struct trace *trace, const struct hyp_req_event *event, char *buf,
		       size_t size)
{
	uint64_t ips[HYP_REQ_STACK_DEPTH];
	unsigned int n = trace->symbols ? probe_stack(trace->probe, event->stack, ips) : 0;
	char frame[FRAME_MAX];
	size_t used = 0;

	*buf = '\0';
	for (unsigned int i = 0; i < n && used < size; i++) {
		ctl_symbols_name(trace->symbols, ips[i], frame, sizeof(frame));
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ";" : "", frame);
	}
}

static bool print_event(const struct hyp_req_event *event, void *arg)
{
	struct trace *trace = arg;
	struct timespec when = to_timespec((int64_t)event->time_ns + trace->wall_ns);
	char stack[HYP_REQ_STACK_DEPTH * FRAME_MAX];

	name_stack(trace, event, stack, sizeof(stack));
	ctl_view_hyp_req(trace->ctl->out, event, &when, stack, &trace->ctl->style);
	return ++trace->seen < trace->wanted;
}

/* Prints what has arrived, readable at once behind a pipe. */
static enum ctl_exit print_events(struct trace *trace)
{
	int err = probe_drain(trace->probe, print_event, trace);

	if (err)
		return ctl_failed("cannot read events: %s", strerror(-err));
	if (fflush(trace->ctl->out))
		return ctl_failed("cannot print: %s", strerror(errno));
	return CTL_EXIT_OK;
}

/* Until an interrupt, the deadline or enough events; with the time up before those it fails. */
static enum ctl_exit watch_events(struct trace *trace, struct ctl_until *until)
{
	enum ctl_wait waited = CTL_WAIT_READY;
	enum ctl_exit status;

	do {
		status = print_events(trace);
		if (status == CTL_EXIT_OK && trace->seen < trace->wanted)
			waited = ctl_until_wait(until, probe_fd(trace->probe), CTL_PATIENT);
	} while (status == CTL_EXIT_OK && waited == CTL_WAIT_READY && trace->seen < trace->wanted);
	if (waited == CTL_WAIT_ERROR)
		return ctl_failed("cannot wait for events: %s", strerror(errno));
	/* What came while nobody waited. */
	if (status == CTL_EXIT_OK && waited != CTL_WAIT_READY)
		status = print_events(trace);
	if (status == CTL_EXIT_OK && waited == CTL_WAIT_TIME_UP && trace->wanted != UINT64_MAX &&
	    trace->seen < trace->wanted)
		status = ctl_failed("the time was up after %" PRIu64 " of %" PRIu64 " events",
				    trace->seen, trace->wanted);
	return status;
}

static enum ctl_exit read_failed(int err)
{
	return ctl_failed("cannot read the probe's figures: %s", strerror(-err));
}

static enum ctl_exit print_summary(struct trace *trace)
{
	struct timespec when = to_timespec(clock_ns(CLOCK_REALTIME));
	struct probe_reading reading;
	int err = probe_maps_read(probe_maps_of(trace->probe), &reading);

	if (err)
		return read_failed(err);
	ctl_view_hyp_req_summary(trace->ctl->out, &reading, &when, &trace->ctl->style);
	probe_reading_release(&reading);
	return CTL_EXIT_OK;
}

/* Without addresses, as those who may not see them get it, frames are told as numbers. */
static int read_symbols(struct ctl_symbols **ret)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	int err;

	if (!file)
		return -errno;
	err = ctl_symbols_read(file, ret);
	fclose(file);
	return err;
}

static enum ctl_exit trace_events(struct trace *trace, struct ctl_until *until)
{
	const struct ctl_args *args = trace->ctl->args;
	const struct probe_options options = {
		.events = true,
		.stacks = args->stack.given,
		.ring_size = ring_size(args),
	};
	struct ctl_message message;
	enum ctl_exit status, summary;
	int err;

	if (args->stack.given) {
		err = read_symbols(&trace->symbols);
		if (err)
			return ctl_failed("cannot read /proc/kallsyms: %s", strerror(-err));
	}
	err = probe_open(&options, &trace->probe, &message);
	if (err)
		return ctl_probe_failed(err, &message);
	status = watch_events(trace, until);
	summary = print_summary(trace);
	return status == CTL_EXIT_OK ? summary : status;
}

static int begin(struct ctl *ctl, struct ctl_until *until)
{
	int err = ctl_until_begin(until, ctl_value_or(ctl->args->timeout, 0));

	if (err)
		ctl_failed("cannot catch signals: %s", strerror(-err));
	return err;
}

enum ctl_exit ctl_cmd_trace_req(struct ctl *ctl)
{
	struct trace trace = {
		.ctl = ctl,
		.wall_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC),
		.wanted = ctl_value_or(ctl->args->count, UINT64_MAX),
	};
	struct ctl_until until;
	enum ctl_exit status;

	if (begin(ctl, &until))
		return CTL_EXIT_FAILURE;
	status = trace_events(&trace, &until);
	probe_close(trace.probe);
	ctl_symbols_free(trace.symbols);
	ctl_until_end(&until);
	return status;
}

static enum ctl_exit print_hist(struct ctl *ctl, const struct probe_maps *maps)
{
	struct probe_reading reading;
	int err = probe_maps_read(maps, &reading);

	if (err)
		return read_failed(err);
	err = ctl_view_hist(ctl->out, &reading, &ctl->style);
	probe_reading_release(&reading);
	return ctl_viewed(err);
}

/* What pkvmd-probe has measured since it began. */
static enum ctl_exit hist_of_service(struct ctl *ctl)
{
	struct ctl_message message;
	struct probe_maps maps;
	enum ctl_exit status;
	int err = probe_maps_open(PROBE_PIN_DIR, &maps, &message);

	if (err)
		return ctl_probe_failed(err, &message);
	status = print_hist(ctl, &maps);
	probe_maps_close(&maps);
	return status;
}

static enum ctl_exit hist_of_own(struct ctl *ctl, struct ctl_until *until)
{
	const struct probe_options options = { .ring_size = PROBE_RING_MIN };
	struct ctl_message message;
	struct probe *probe;
	enum ctl_exit status;
	int err = probe_open(&options, &probe, &message);

	if (err)
		return ctl_probe_failed(err, &message);
	if (ctl_until_wait(until, -1, CTL_PATIENT) == CTL_WAIT_ERROR)
		status = ctl_failed("cannot wait: %s", strerror(errno));
	else
		status = print_hist(ctl, probe_maps_of(probe));
	probe_close(probe);
	return status;
}

enum ctl_exit ctl_cmd_trace_hist(struct ctl *ctl)
{
	struct ctl_until until;
	enum ctl_exit status;

	if (ctl->args->service.given)
		return hist_of_service(ctl);
	if (begin(ctl, &until))
		return CTL_EXIT_FAILURE;
	status = hist_of_own(ctl, &until);
	ctl_until_end(&until);
	return status;
}
