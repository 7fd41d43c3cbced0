/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file of pressure stall information with a trigger on it. A control group's file comes and
 * goes with its group, and may change hands: while no trigger can be set, the folders above it are
 * watched, and nothing is polled.
 */
#ifndef PKVMD_TRIGGER_H
#define PKVMD_TRIGGER_H

#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

struct trigger;

/* Tasks have been stalled for so long, from the loop. */
typedef void (*trigger_fn)(void *arg);

struct trigger_spec {
	const char *path;
	size_t fixed;		/* bytes of it that name a folder that stays; 0: all stays */
	uint64_t stalled;	/* us within the window */
	uint64_t window;	/* us */
	trigger_fn fires;
	void *arg;
};

/*
 * Sets it, or waits until that can be done; which of the two is told. Returns 0 or a negative
 * errno: no memory, or a file that stays and cannot be used.
 */
int trigger_new(sd_event *event, const struct trigger_spec *spec, struct trigger **ret);
void trigger_free(struct trigger *trigger);

/* The file's beginning, terminated. Returns 0 or a negative errno; -ENOENT: it is not there. */
int trigger_read(const struct trigger *trigger, char *text, size_t size);

#endif
