// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace buffer of our own. */
#include "tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hypevents.h"

#define INSTANCES	CTL_TRACEFS "/instances"
#define INSTANCE	"pkvmctl-"

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

/*
 * Those of processes that were killed. One whose trace_pipe is open is in use for the kernel,
 * and stays.
 */
static void remove_left_behind(DIR *instances)
{
	struct dirent *entry;

	while ((entry = readdir(instances))) {
		if (!strncmp(entry->d_name, INSTANCE, strlen(INSTANCE)))
			unlinkat(dirfd(instances), entry->d_name, AT_REMOVEDIR);
	}
}

static int cannot_make(const char *dir, int err, struct ctl_message *message)
{
	switch (err) {
	case -ENOENT:
		return ctl_message_set(
			message, err,
			"tracefs is not there: mount -t tracefs tracefs " CTL_TRACEFS);
	case -EACCES:
	case -EPERM:
		return ctl_message_set(message, -EACCES,
				       CTL_TRACEFS " is root's: permission denied");
	default:
		return ctl_message_set(message, err, "%s: %s", dir, strerror(-err));
	}
}

static int make_instance(struct ctl_tracefs *tracefs, struct ctl_message *message)
{
	snprintf(tracefs->dir, sizeof(tracefs->dir), INSTANCES "/" INSTANCE "%d", (int)getpid());
	return mkdir(tracefs->dir, 0700) ? cannot_make(tracefs->dir, -errno, message) : 0;
}

static int open_pipe(struct ctl_tracefs *tracefs, struct ctl_message *message)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs->dir);
	tracefs->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (tracefs->pipe < 0)
		return ctl_message_set(message, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

/* The lock is for those who remove what is left behind: ours is in use from the pipe on only. */
static int begin_instance(struct ctl_tracefs *tracefs, struct ctl_message *message)
{
	DIR *instances = opendir(INSTANCES);
	int err;

	if (!instances)
		return cannot_make(INSTANCES, -errno, message);
	err = flock(dirfd(instances), LOCK_EX) ? cannot_make(INSTANCES, -errno, message) : 0;
	if (!err) {
		remove_left_behind(instances);
		err = make_instance(tracefs, message);
	}
	if (!err) {
		err = open_pipe(tracefs, message);
		if (err)
			rmdir(tracefs->dir);
	}
	closedir(instances);
	return err;
}

static int cannot_enable(int err, struct ctl_message *message)
{
	if (err == -ENOENT)
		return ctl_message_set(
			message, -ENODEV,
			"there are no tracepoints pkvm:hyp_*: the module is not loaded, or too old");
	return ctl_message_set(message, err, "cannot switch EL2's events on: %s", strerror(-err));
}

int ctl_tracefs_open(uint64_t mask, struct ctl_tracefs *ret, struct ctl_message *message)
{
	struct ctl_tracefs tracefs = { .pipe = -1 };
	int err = begin_instance(&tracefs, message);

	if (err)
		return err;
	err = enable_all(&tracefs, mask);
	if (err) {
		ctl_tracefs_close(&tracefs);
		return cannot_enable(err, message);
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
	close(tracefs->pipe);
	rmdir(tracefs->dir);
}
