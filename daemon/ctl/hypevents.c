// SPDX-License-Identifier: GPL-2.0-or-later
/* EL2's events, read and put in order. */
#include "hypevents.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	"hyp_enter",       "hyp_exit",       "hyp_host_hcall",  "hyp_heap_alloc", "hyp_heap_free",
	"hyp_heap_map",    "hyp_heap_unmap", "hyp_request",     "hyp_pages",      "hyp_host_fault",
	"hyp_vm_create",   "hyp_vm_destroy", "hyp_vcpu_create", "hyp_vcpu_destroy",
};

const struct ctl_words ctl_hyp_event_words = { sizeof(names) / sizeof(names[0]), names };

static int add(struct ctl_hypevents *events, struct ctl_hypevent *event)
{
	if (events->n == events->room) {
		size_t room = events->room ? 2 * events->room : 1024;
		struct ctl_hypevent *list = reallocarray(events->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		events->list = list;
		events->room = room;
	}
	event->number = events->came++;
	if (event->ts > events->newest)
		events->newest = event->ts;
	events->list[events->n++] = *event;
	return 0;
}

static void count_lost(struct ctl_hypevents *events, const struct ctl_hypevent *event)
{
	uint64_t overwritten, dropped;

	if (!strcmp(event->name, "hyp_lost") &&
	    sscanf(event->fields, "overwritten=%" SCNu64 " dropped=%" SCNu64, &overwritten,
		   &dropped) == 2)
		events->lost_at_el2 += overwritten + dropped;
}

/* "task-pid [cpu] flags time: hyp_name: hyp_cpu=0 hyp_ts=1 key=value...", or a gap's mark. */
static int read_line(struct ctl_hypevents *events, const char *line)
{
	const char *at = strstr(line, ": hyp_");
	struct ctl_hypevent event = { 0 };
	uint64_t lost;
	int fields = 0;

	if (sscanf(line, "CPU:%*u [LOST %" SCNu64 " EVENTS]", &lost) == 1) {
		events->lost_in_buffer += lost;
		return 0;
	}
	if (!at || sscanf(at, ": %31[a-z_]: hyp_cpu=%" SCNu32 " hyp_ts=%" SCNu64 " %n", event.name,
			  &event.cpu, &event.ts, &fields) != 3)
		return 0;
	snprintf(event.fields, sizeof(event.fields), "%s", at + fields);
	count_lost(events, &event);
	return add(events, &event);
}

int ctl_hypevents_feed(struct ctl_hypevents *events, const char *text, size_t len)
{
	int err = 0;

	for (size_t i = 0; !err && i < len; i++) {
		if (text[i] != '\n') {
			/* What is longer than any line is cut. */
			if (events->rest_len < sizeof(events->rest) - 1)
				events->rest[events->rest_len++] = text[i];
			continue;
		}
		events->rest[events->rest_len] = '\0';
		events->rest_len = 0;
		err = read_line(events, events->rest);
	}
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct ctl_hypevent *one = a, *other = b;

	if (one->ts != other->ts)
		return one->ts < other->ts ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

size_t ctl_hypevents_ready(struct ctl_hypevents *events, bool all)
{
	size_t n = 0;

	if (events->n)
		qsort(events->list, events->n, sizeof(*events->list), compare);
	while (n < events->n &&
	       (all || events->list[n].ts + CTL_HYPEVENTS_DELAY_NS <= events->newest))
		n++;
	return n;
}

void ctl_hypevents_drop(struct ctl_hypevents *events, size_t n)
{
	if (!n)
		return;
	events->n -= n;
	memmove(events->list, events->list + n, events->n * sizeof(*events->list));
}

void ctl_hypevents_release(struct ctl_hypevents *events)
{
	free(events->list);
	*events = (struct ctl_hypevents){ 0 };
}
