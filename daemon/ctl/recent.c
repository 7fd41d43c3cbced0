// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's recent events, EL2's among them, as far as somebody traces them. */
#include "recent.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LEN	512

/* The last lines of a file; the oldest one is written over. */
struct tail {
	char *lines[CTL_RECENT_EVENTS];
	size_t n; /* ever */
};

static int is_no_dot(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Whether the event's switch is on; a folder has "filter", "enable" and their like as well. */
static bool is_on(const char *buffer, const char *event)
{
	char path[PATH_LEN], first = '0';
	FILE *file;

	snprintf(path, sizeof(path), "%s/events/pkvm/%s/enable", buffer, event);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fread(&first, 1, 1, file) != 1)
		first = '0';
	fclose(file);
	return first == '1';
}

static void tell_switches(const char *buffer, FILE *out)
{
	struct dirent **events = NULL;
	char path[PATH_LEN];
	unsigned int on = 0;
	int n;

	snprintf(path, sizeof(path), "%s/events/pkvm", buffer);
	n = scandir(path, &events, is_no_dot, alphasort);
	if (n < 0) {
		fprintf(out, "%s: no events of the module's: %s\n", buffer, strerror(errno));
		return;
	}
	fprintf(out, "%s: on:", buffer);
	for (int i = 0; i < n; i++) {
		if (is_on(buffer, events[i]->d_name)) {
			fprintf(out, " %s", events[i]->d_name);
			on++;
		}
		free(events[i]);
	}
	free(events);
	fputs(on ? "\n" : " none of the module's events\n", out);
}

/* "task-pid [cpu] flags time: name: fields", of any system's tracepoints. */
static bool is_ours(const char *line)
{
	return *line != '#' && (strstr(line, ": hyp_") || strstr(line, ": pkvm_"));
}

/* Takes the line. */
static void add(struct tail *tail, char *line)
{
	char **place = &tail->lines[tail->n++ % CTL_RECENT_EVENTS];

	free(*place);
	*place = line;
}

static void read_tail(struct tail *tail, FILE *file)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		if (!is_ours(line))
			continue;
		add(tail, line);
		line = NULL;
		size = 0;
	}
	free(line);
}

/* Releases it, too. */
static void tell_tail(struct tail *tail, FILE *out)
{
	size_t kept = tail->n < CTL_RECENT_EVENTS ? tail->n : CTL_RECENT_EVENTS;

	for (size_t i = tail->n - kept; i < tail->n; i++) {
		char *line = tail->lines[i % CTL_RECENT_EVENTS];

		fputs(line, out);
		free(line);
	}
}

static void tell_buffer(const char *buffer, FILE *out)
{
	struct tail tail = { .n = 0 };
	char path[PATH_LEN];
	FILE *file;

	snprintf(path, sizeof(path), "%s/trace", buffer);
	file = fopen(path, "re");
	if (!file) {
		fprintf(out, "%s: %s\n", path, strerror(errno));
		return;
	}
	tell_switches(buffer, out);
	read_tail(&tail, file);
	fclose(file);
	tell_tail(&tail, out);
}

void ctl_recent_events(const char *tracefs, FILE *out)
{
	struct dirent **instances = NULL;
	char path[PATH_LEN];
	int n;

	tell_buffer(tracefs, out);
	snprintf(path, sizeof(path), "%s/instances", tracefs);
	n = scandir(path, &instances, is_no_dot, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/instances/%s", tracefs, instances[i]->d_name);
		tell_buffer(path, out);
		free(instances[i]);
	}
	free(instances);
}
