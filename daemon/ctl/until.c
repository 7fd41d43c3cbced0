// SPDX-License-Identifier: GPL-2.0-or-later
/* How a command that watches comes to an end. */
#include "until.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int ctl_until_begin(struct ctl_until *until, uint64_t seconds)
{
	sigset_t set;

	until->deadline = seconds ? now_ms() + (int64_t)seconds * 1000 : INT64_MAX;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	/* A reader that is gone shows in what is written: the end is an orderly one. */
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	until->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	return until->signal_fd < 0 ? -errno : 0;
}

/* In ms as poll() takes it: at most what it can, -1 for no limit. */
static int time_left(const struct ctl_until *until)
{
	int64_t left;

	if (until->deadline == INT64_MAX)
		return -1;
	left = until->deadline - now_ms();
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

enum ctl_wait ctl_until_wait(struct ctl_until *until, int fd, int idle_ms)
{
	struct pollfd fds[] = {
		{ .fd = until->signal_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	for (;;) {
		int left = time_left(until);
		bool idle = idle_ms >= 0 && (left < 0 || idle_ms < left);
		int n = poll(fds, 2, idle ? idle_ms : left);

		if (n < 0 && errno != EINTR)
			return CTL_WAIT_ERROR;
		if (n > 0)
			return fds[0].revents ? CTL_WAIT_INTERRUPT : CTL_WAIT_READY;
		if (!left)
			return CTL_WAIT_TIME_UP;
		if (!n && idle)
			return CTL_WAIT_IDLE;
	}
}

void ctl_until_end(struct ctl_until *until)
{
	close(until->signal_fd);
}
