// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace buffer of our own. */
#include "tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hypevents.h"

#define TRACEFS	"/sys/kernel/tracing"

static int enable(const struct ctl_tracefs *tracefs, const char *event, const char *value)
{
	char path[160];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/events/pkvm/%s/enable", tracefs->dir, event);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, 1) != 1)
		err = -errno;
	close(fd);
	return err;
}

static int enable_all(const struct ctl_tracefs *tracefs, uint64_t mask)
{
	int err = enable(tracefs, "hyp_lost", "1");

	for (size_t i = 0; !err && i < ctl_hyp_event_words.n; i++) {
		if (mask >> i & 1)
			err = enable(tracefs, ctl_hyp_event_words.words[i], "1");
	}
	return err;
}

static int make_instance(struct ctl_tracefs *tracefs, struct ctl_message *message)
{
	snprintf(tracefs->dir, sizeof(tracefs->dir), TRACEFS "/instances/pkvmctl-%d",
		 (int)getpid());
	if (!mkdir(tracefs->dir, 0700))
		return 0;
	switch (errno) {
	case ENOENT:
		return ctl_message_set(message, -ENOENT, "tracefs is not there: mount -t tracefs tracefs " TRACEFS);
	case EACCES:
	case EPERM:
		return ctl_message_set(message, -EACCES, TRACEFS " is root's: permission denied");
	default:
		return ctl_message_set(message, -errno, "%s: %s", tracefs->dir, strerror(errno));
	}
}

static int open_pipe(struct ctl_tracefs *tracefs)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs->dir);
	tracefs->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return tracefs->pipe < 0 ? -errno : 0;
}

int ctl_tracefs_open(uint64_t mask, struct ctl_tracefs *ret, struct ctl_message *message)
{
	struct ctl_tracefs tracefs = { .pipe = -1 };
	int err = make_instance(&tracefs, message);

	if (err)
		return err;
	err = open_pipe(&tracefs);
	if (err) {
		ctl_message_set(message, err, "%s/trace_pipe: %s", tracefs.dir, strerror(-err));
	} else {
		err = enable_all(&tracefs, mask);
		if (err == -ENOENT)
			err = ctl_message_set(message, -ENODEV,
					      "there are no tracepoints pkvm:hyp_*: the module is not loaded, or too old");
		else if (err)
			ctl_message_set(message, err, "cannot switch EL2's events on: %s",
					strerror(-err));
	}
	if (err) {
		ctl_tracefs_close(&tracefs);
		return err;
	}
	*ret = tracefs;
	return 0;
}

void ctl_tracefs_stop(const struct ctl_tracefs *tracefs)
{
	for (size_t i = 0; i < ctl_hyp_event_words.n; i++)
		enable(tracefs, ctl_hyp_event_words.words[i], "0");
	enable(tracefs, "hyp_lost", "0");
}

void ctl_tracefs_close(const struct ctl_tracefs *tracefs)
{
	if (tracefs->pipe >= 0)
		close(tracefs->pipe);
	rmdir(tracefs->dir);
}
