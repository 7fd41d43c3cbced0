// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel behind pkvmctl's probes and its unload. */
#include "fake/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/ctl/module.h"
#include "../../../daemon/ctl/tracefs.h"
#include "../../../daemon/ctl/child.h"
#include "../../../daemon/ctl/recent.h"

struct fake_probe fake_probe;

struct probe {
	struct probe_maps maps;
	int fds[2];		/* a pipe with something to read until events are fetched */
	bool told;
};

static int fail(struct ctl_message *message)
{
	return ctl_message_set(message, fake_probe.error ? fake_probe.error : -ENOENT, "%s",
			       fake_probe.sentence ? fake_probe.sentence : "nothing is pinned");
}

int probe_open(const struct probe_options *options, struct probe **ret,
	       struct ctl_message *message)
{
	struct probe *probe;

	fake_probe.options = *options;
	if (fake_probe.error)
		return fail(message);
	probe = calloc(1, sizeof(*probe));
	if (!probe || pipe(probe->fds) || write(probe->fds[1], "", 1) != 1)
		abort();
	fake_probe.open_probes++;
	*ret = probe;
	return 0;
}

void probe_close(struct probe *probe)
{
	if (!probe)
		return;
	close(probe->fds[0]);
	close(probe->fds[1]);
	free(probe);
	fake_probe.open_probes--;
}

const struct probe_maps *probe_maps_of(const struct probe *probe)
{
	return &probe->maps;
}

int probe_fd(const struct probe *probe)
{
	return probe->fds[0];
}

int probe_drain(struct probe *probe, probe_event_fn fn, void *arg)
{
	char byte;

	if (probe->told)
		return 0;
	probe->told = true;
	/* Nothing more to come: what polls must wait. */
	if (read(probe->fds[0], &byte, 1) != 1)
		abort();
	for (size_t i = 0; i < fake_probe.nr_events; i++) {
		if (!fn(&fake_probe.events[i], arg))
			break;
	}
	return 0;
}

unsigned int probe_stack(const struct probe *probe, int32_t stack,
			 uint64_t ips[HYP_REQ_STACK_DEPTH])
{
	(void)probe;
	if (stack < 0)
		return 0;
	memcpy(ips, fake_probe.stack, fake_probe.stack_len * sizeof(*ips));
	return fake_probe.stack_len;
}

bool probe_maps_exist(const char *dir)
{
	const char *const known[] = { PROBE_PIN_DIR, PROBE_BIND_DIR, fake_probe.pin_dir };

	for (size_t i = 0; fake_probe.pinned && i < 3; i++) {
		if (known[i] && !strcmp(dir, known[i]))
			return true;
	}
	return false;
}

int probe_maps_open(const char *dir, struct probe_maps *ret, struct ctl_message *message)
{
	if (!probe_maps_exist(dir))
		return fail(message);
	*ret = PROBE_NO_MAPS;
	fake_probe.open_maps++;
	return 0;
}

void probe_maps_close(struct probe_maps *maps)
{
	(void)maps;
	fake_probe.open_maps--;
}

static void *copy(const void *from, size_t size)
{
	return size ? memcpy(malloc(size), from, size) : NULL;
}

int probe_maps_read(const struct probe_maps *maps, struct probe_reading *ret)
{
	const struct probe_reading *from = &fake_probe.reading;

	(void)maps;
	*ret = *from;
	ret->kinds = copy(from->kinds, from->nr_kinds * sizeof(*from->kinds));
	ret->vms = copy(from->vms, from->nr_vms * sizeof(*from->vms));
	ret->tasks = copy(from->tasks, from->nr_tasks * sizeof(*from->tasks));
	return 0;
}

void probe_reading_release(struct probe_reading *reading)
{
	free(reading->kinds);
	free(reading->vms);
	free(reading->tasks);
}

struct heap_probe {
	char nothing;
};

int heap_probe_open(struct heap_probe **ret, struct ctl_message *message)
{
	if (fake_probe.error)
		return fail(message);
	*ret = calloc(1, sizeof(**ret));
	fake_probe.open_heaps++;
	return 0;
}

void heap_probe_close(struct heap_probe *probe)
{
	free(probe);
	fake_probe.open_heaps--;
}

int heap_probe_read(const struct heap_probe *probe, struct heap_reading *ret)
{
	(void)probe;
	*ret = fake_probe.heap;
	ret->objects = copy(ret->objects, ret->nr_objects * sizeof(*ret->objects));
	return 0;
}

void heap_reading_release(struct heap_reading *reading)
{
	free(reading->objects);
}

static int pipe_writer;

static void say(const char *text)
{
	if (text && write(pipe_writer, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

int ctl_tracefs_open(uint64_t mask, struct ctl_tracefs *ret, struct ctl_message *message)
{
	int fds[2];

	if (fake_probe.error)
		return fail(message);
	if (pipe(fds) || fcntl(fds[0], F_SETFL, O_NONBLOCK))
		abort();
	fake_probe.mask = mask;
	fake_probe.open_traces++;
	pipe_writer = fds[1];
	ret->pipe = fds[0];
	say(fake_probe.pipe);
	return 0;
}

void ctl_tracefs_stop(const struct ctl_tracefs *tracefs)
{
	(void)tracefs;
	say(fake_probe.pipe_end);
}

void ctl_tracefs_close(const struct ctl_tracefs *tracefs)
{
	close(tracefs->pipe);
	close(pipe_writer);
	fake_probe.open_traces--;
}

void ctl_recent_events(const char *tracefs, FILE *out)
{
	fprintf(out, "%s: address=0x40201000 vm=7\n", tracefs);
}

int probe_find_holders(struct probe_holder **ret, size_t *ret_n)
{
	*ret = copy(fake_probe.holders, fake_probe.nr_holders * sizeof(**ret));
	*ret_n = fake_probe.nr_holders;
	return 0;
}

uint64_t ctl_module_references(void)
{
	return fake_probe.references;
}

int ctl_module_delete(void)
{
	fake_probe.nr_deleted++;
	return fake_probe.delete_error;
}

int ctl_child_run(const char *const argv[], int out_fd)
{
	char *line = fake_probe.spawned + strlen(fake_probe.spawned);

	for (size_t i = 0; argv[i]; i++) {
		strcat(line, i ? " " : "");
		strcat(line, argv[i]);
	}
	strcat(line, "\n");
	if (fake_probe.interrupt && !strcmp(argv[0], fake_probe.interrupt))
		raise(SIGINT);
	if (!strcmp(argv[0], "tar") && !fake_probe.spawn_status)
		return system(line) ? 1 : 0;
	if (out_fd >= 0)
		dprintf(out_fd, "%s", line);
	return fake_probe.spawn_status;
}
