/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a command that watches comes to an end: by an interrupt, or when its time is up. */
#ifndef CTL_UNTIL_H
#define CTL_UNTIL_H

#include <stdint.h>

struct ctl_until {
	int signal_fd;
	int64_t deadline;	/* ms of CLOCK_MONOTONIC; INT64_MAX for none */
};

enum ctl_wait {
	CTL_WAIT_READY,		/* there is something to read */
	CTL_WAIT_IDLE,		/* there is not, so long */
	CTL_WAIT_INTERRUPT,	/* a signal */
	CTL_WAIT_TIME_UP,
	CTL_WAIT_ERROR,		/* errno says which */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP end the waiting, between two lines, and not the
 * process; a reader that has hung up shows in what is written (EPIPE). @seconds is 0 for no
 * deadline. Returns 0 or a negative errno.
 */
int ctl_until_begin(struct ctl_until *until, uint64_t seconds);

/* No limit for being idle. */
#define CTL_PATIENT	(-1)

/* Waits until @fd (or -1) can be read, @idle_ms have passed, or it is over. */
enum ctl_wait ctl_until_wait(struct ctl_until *until, int fd, int idle_ms);

void ctl_until_end(struct ctl_until *until);

#endif
