// SPDX-License-Identifier: GPL-2.0-or-later
/* The system's pressure, and that of control groups. */
#define _GNU_SOURCE	/* asprintf */
#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "psi.h"
#include "trigger.h"

#define SHARE_MAX	10000
#define BLANKS		" \t"

/* A file with a trigger. */
struct source {
	struct trigger *trigger;
	struct source *next;
};

struct pressure {
	struct manager *manager;
	const struct manager_paths *paths;
	struct source *sources;
	bool triggered;
};

uint64_t pressure_available(const struct pressure *pressure)
{
	int fd = open(pressure->paths->meminfo_file, O_RDONLY | O_CLOEXEC);
	uint64_t pages = UINT64_MAX;
	char text[512];
	ssize_t n;

	if (fd < 0)
		return UINT64_MAX;
	n = read(fd, text, sizeof(text) - 1);
	if (n >= 0) {
		text[n] = '\0';
		meminfo_parse(text, &pages);
	}
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
		if (!trigger_read(source->trigger, text, sizeof(text)) &&
		    !psi_parse(text, &share) && share > sample.some_avg10)
			sample.some_avg10 = share;
	}
	return sample;
}

static void on_pressure(void *arg)
{
	struct pressure *pressure = arg;

	pressure->triggered = true;
	pressure->manager->counters.triggers++;
	manager_look(pressure->manager);
}

/* @fixed as in struct trigger_spec. */
static void add_source(struct pressure *pressure, const char *path, size_t fixed)
{
	const uint64_t *value = pressure->manager->config.value;
	const struct trigger_spec spec = {
		.path = path,
		.fixed = fixed,
		.stalled = value[CONFIG_ENTER] * value[CONFIG_WINDOW] / SHARE_MAX,
		.window = value[CONFIG_WINDOW],
		.fires = on_pressure,
		.arg = pressure,
	};
	struct source *source = calloc(1, sizeof(*source));
	int err = source ? trigger_new(pressure->manager->event, &spec, &source->trigger) :
			   -ENOMEM;

	if (err) {
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot watch %s: %s", path, strerror(-err));
		free(source);
		return;
	}
	source->next = pressure->sources;
	pressure->sources = source;
}

static void add_cgroups(struct pressure *pressure)
{
	const char *at = pressure->manager->config.cgroups, *root = pressure->paths->cgroup_root;

	for (at += strspn(at, BLANKS); *at; at += strspn(at, BLANKS)) {
		int n = strcspn(at, BLANKS);
		char *path;

		if (asprintf(&path, "%s/%.*s/memory.pressure", root, n, at) < 0) {
			log_say(LOG_WARNING, LOG_ID_TROUBLE, "cannot watch %.*s: out of memory", n,
				at);
			return;
		}
		add_source(pressure, path, strlen(root));
		free(path);
		at += n;
	}
}

void pressure_watch(struct pressure *pressure, bool on)
{
	struct source *next;

	for (struct source *source = pressure->sources; source; source = next) {
		next = source->next;
		trigger_free(source->trigger);
		free(source);
	}
	pressure->sources = NULL;
	pressure->triggered = false;
	if (!on)
		return;
	add_source(pressure, pressure->paths->pressure_file, 0);
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
