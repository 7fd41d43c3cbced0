// SPDX-License-Identifier: GPL-2.0-or-later
/* PSI triggers (Documentation/accounting/psi.rst). */
#define _GNU_SOURCE	/* asprintf */
#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "log.h"
#include "psi.h"

#define SHARE_MAX	10000
#define BLANKS		" \t"

/* A file with a trigger. */
struct source {
	struct pressure *pressure;
	char *path;
	int fd;
	sd_event_source *event;
	struct source *next;
};

struct pressure {
	struct manager *manager;
	const struct manager_paths *paths;
	struct source *sources;
	bool triggered;
};

/* The beginning of a file of /proc or /sys, terminated. */
static int read_text(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return 0;
}

uint64_t pressure_available(const struct pressure *pressure)
{
	int fd = open(pressure->paths->meminfo_file, O_RDONLY | O_CLOEXEC);
	uint64_t pages = UINT64_MAX;
	char text[512];

	if (fd < 0)
		return UINT64_MAX;
	if (!read_text(fd, text, sizeof(text)))
		meminfo_parse(text, &pages);
	close(fd);
	return pages;
}

struct policy_pressure pressure_sample(struct pressure *pressure)
{
	struct policy_pressure sample = { .triggered = pressure->triggered };
	uint32_t share;
	char text[256];

	pressure->triggered = false;
	for (const struct source *source = pressure->sources; source; source = source->next) {
		if (!read_text(source->fd, text, sizeof(text)) && !psi_parse(text, &share) &&
		    share > sample.some_avg10)
			sample.some_avg10 = share;
	}
	return sample;
}

static void free_source(struct source *source)
{
	sd_event_source_disable_unref(source->event);
	if (source->fd >= 0)
		close(source->fd);
	free(source->path);
	free(source);
}

/* Its control group is gone. */
static void drop_source(struct source *source)
{
	struct source **at = &source->pressure->sources;

	while (*at != source)
		at = &(*at)->next;
	*at = source->next;
	log_say(LOG_NOTICE, LOG_ID_TROUBLE, "%s is gone; its pressure counts no more",
		source->path);
	free_source(source);
}

static int on_pressure(sd_event_source *event, int fd, uint32_t events, void *arg)
{
	struct source *source = arg;
	struct pressure *pressure = source->pressure;

	(void)event, (void)fd;
	if (events & EPOLLERR) {
		drop_source(source);
		return 0;
	}
	pressure->triggered = true;
	pressure->manager->counters.triggers++;
	manager_look(pressure->manager);
	return 0;
}

/* The terminating zero is part of what is written. */
static int set_trigger(const struct source *source)
{
	const uint64_t *value = source->pressure->manager->config.value;
	char text[64];
	int n = snprintf(text, sizeof(text), "some %" PRIu64 " %" PRIu64,
			 value[CONFIG_ENTER] * value[CONFIG_WINDOW] / SHARE_MAX,
			 value[CONFIG_WINDOW]);

	return write(source->fd, text, n + 1) < 0 ? -errno : 0;
}

static int open_source(struct source *source)
{
	int err;

	source->fd = open(source->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (source->fd < 0)
		return -errno;
	err = set_trigger(source);
	if (err)
		return err;
	return sd_event_add_io(source->pressure->manager->event, &source->event, source->fd,
			       EPOLLPRI, on_pressure, source);
}

/* Takes @path, which may be NULL for want of memory. */
static void add_source(struct pressure *pressure, char *path)
{
	struct source *source = path ? calloc(1, sizeof(*source)) : NULL;
	int err = -ENOMEM;

	if (source) {
		*source = (struct source){ .pressure = pressure, .path = path, .fd = -1 };
		err = open_source(source);
	}
	if (!err) {
		source->next = pressure->sources;
		pressure->sources = source;
		return;
	}
	log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot watch %s: %s", path ?: "pressure",
		strerror(-err));
	if (source)
		free_source(source);
	else
		free(path);
}

static void add_cgroups(struct pressure *pressure)
{
	const char *at = pressure->manager->config.cgroups;

	for (at += strspn(at, BLANKS); *at; at += strspn(at, BLANKS)) {
		int n = strcspn(at, BLANKS);
		char *path;

		if (asprintf(&path, "%s/%.*s/memory.pressure", pressure->paths->cgroup_root, n,
			     at) < 0)
			path = NULL;
		add_source(pressure, path);
		at += n;
	}
}

void pressure_watch(struct pressure *pressure, bool on)
{
	struct source *next;

	for (struct source *source = pressure->sources; source; source = next) {
		next = source->next;
		free_source(source);
	}
	pressure->sources = NULL;
	pressure->triggered = false;
	if (!on)
		return;
	add_source(pressure, strdup(pressure->paths->pressure_file));
	add_cgroups(pressure);
}

int pressure_new(struct manager *manager, const struct manager_paths *paths, struct pressure **ret)
{
	struct pressure *pressure = calloc(1, sizeof(*pressure));

	if (!pressure)
		return -ENOMEM;
	pressure->manager = manager;
	pressure->paths = paths;
	*ret = pressure;
	return 0;
}

void pressure_free(struct pressure *pressure)
{
	if (!pressure)
		return;
	pressure_watch(pressure, false);
	free(pressure);
}
