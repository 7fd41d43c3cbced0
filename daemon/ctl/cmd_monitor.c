// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl monitor */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "view.h"

struct watch {
	struct ctl *ctl;
	struct pkvm_monitor *monitor;
	int signal_fd;
	uint64_t seen;		/* events */
	uint64_t wanted;	/* events to end after; UINT64_MAX for none */
	int64_t deadline;	/* ms of CLOCK_MONOTONIC; INT64_MAX for none */
	enum ctl_exit status;	/* to end with */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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

/* Waits for events, a signal or the deadline. Returns whether to go on. */
static bool wait_and_drain(struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = pkvm_monitor_fd(watch->monitor), .events = POLLIN },
		{ .fd = watch->signal_fd, .events = POLLIN },
	};
	int timeout = -1;

	if (watch->deadline != INT64_MAX) {
		int64_t left = watch->deadline - now_ms();

		if (left <= 0)
			return time_is_up(watch);
		timeout = (int)left;
	}
	if (poll(fds, 2, timeout) < 0 && errno != EINTR)
		return end(watch, ctl_failed("cannot wait for events: %s", strerror(errno)));
	if (fds[1].revents)
		return end(watch, CTL_EXIT_OK);
	return fds[0].revents ? drain(watch) : true;
}

/* An interrupt is how one ends a monitor: it comes through a file descriptor, between two lines. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
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
	struct watch watch = {
		.ctl = ctl,
		.wanted = ctl_value_or(args->count, UINT64_MAX),
		.deadline = INT64_MAX,
	};

	if (args->timeout.given)
		watch.deadline = now_ms() + (int64_t)args->timeout.number * 1000;
	if (open_monitor(ctl, &watch.monitor))
		return ctl_client_failed(ctl);
	watch.signal_fd = open_signals();
	if (watch.signal_fd < 0) {
		watch.status = ctl_failed("cannot catch signals: %s", strerror(errno));
	} else {
		while (wait_and_drain(&watch))
			;
		close(watch.signal_fd);
	}
	pkvm_monitor_free(watch.monitor);
	return watch.status;
}
