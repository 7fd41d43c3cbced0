// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl monitor */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "until.h"
#include "view.h"

struct watch {
	struct ctl *ctl;
	struct pkvm_monitor *monitor;
	struct ctl_until until;
	uint64_t seen;		/* events */
	uint64_t wanted;	/* events to end after; UINT64_MAX for none */
	enum ctl_exit status;	/* to end with */
};

/* @event is NULL where events were lost. */
static void print(struct watch *watch, const struct pkvm_event *event)
{
	struct timespec when;

	clock_gettime(CLOCK_REALTIME, &when);
	if (event)
		ctl_view_event(watch->ctl->out, event, &when, &watch->ctl->style);
	else
		ctl_view_lost(watch->ctl->out, &when, &watch->ctl->style);
}

static bool end(struct watch *watch, enum ctl_exit status)
{
	watch->status = status;
	return false;
}

/* Prints what has arrived, readable at once behind a pipe. Returns whether to go on. */
static bool drain(struct watch *watch)
{
	struct pkvm_event event;

	while (watch->seen < watch->wanted) {
		int got = pkvm_monitor_next(watch->monitor, &event);

		if (got == -ENOBUFS) {
			print(watch, NULL);
			continue;
		}
		if (got < 0)
			return end(watch, ctl_client_failed(watch->ctl));
		if (!got)
			break;
		print(watch, &event);
		watch->seen++;
	}
	if (fflush(watch->ctl->out))
		return end(watch, ctl_failed("cannot print: %s", strerror(errno)));
	return watch->seen < watch->wanted ? true : end(watch, CTL_EXIT_OK);
}

static bool time_is_up(struct watch *watch)
{
	if (watch->wanted == UINT64_MAX)
		return end(watch, CTL_EXIT_OK);
	return end(watch, ctl_failed("the time was up after %" PRIu64 " of %" PRIu64 " events",
				     watch->seen, watch->wanted));
}

/* Returns whether to go on. */
static bool wait_and_drain(struct watch *watch)
{
	switch (ctl_until_wait(&watch->until, pkvm_monitor_fd(watch->monitor), CTL_PATIENT)) {
	case CTL_WAIT_READY:
		return drain(watch);
	case CTL_WAIT_INTERRUPT:
		return end(watch, CTL_EXIT_OK);
	case CTL_WAIT_TIME_UP:
		return time_is_up(watch);
	default:
		return end(watch, ctl_failed("cannot wait for events: %s", strerror(errno)));
	}
}

/* Who may not see addresses gets everything else. */
static int open_monitor(struct ctl *ctl, struct pkvm_monitor **ret)
{
	int err = pkvm_monitor_open(ctl->client, PKVM_MONITOR_EVENTS | PKVM_MONITOR_ADMIN, ret);

	if (err && pkvm_client_failure(ctl->client) == PKVM_FAILURE_PERMISSION)
		err = pkvm_monitor_open(ctl->client, PKVM_MONITOR_EVENTS, ret);
	return err;
}

enum ctl_exit ctl_cmd_monitor(struct ctl *ctl)
{
	const struct ctl_args *args = ctl->args;
	struct watch watch = { .ctl = ctl, .wanted = ctl_value_or(args->count, UINT64_MAX) };
	int err;

	if (open_monitor(ctl, &watch.monitor))
		return ctl_client_failed(ctl);
	err = ctl_until_begin(&watch.until, ctl_value_or(args->timeout, 0));
	if (err) {
		watch.status = ctl_failed("cannot catch signals: %s", strerror(-err));
	} else {
		while (wait_and_drain(&watch))
			;
		ctl_until_end(&watch.until);
	}
	pkvm_monitor_free(watch.monitor);
	return watch.status;
}
