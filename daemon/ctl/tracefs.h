/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trace buffer of our own, for EL2's events: nobody else's tracing is touched. */
#ifndef CTL_TRACEFS_H
#define CTL_TRACEFS_H

#include <stdint.h>

#include "message.h"

#define CTL_TRACEFS	"/sys/kernel/tracing"

struct ctl_tracefs {
	char dir[80]; /* of the instance */
	int pipe; /* trace_pipe; never blocks */
};

/*
 * Makes the instance and switches on the events of @mask (bits of ctl_hyp_event_words), and
 * hyp_lost; removes those of processes that ended without ctl_tracefs_close(). Returns 0, or with
 * a sentence -ENOENT (tracefs is not mounted), -EACCES, -ENODEV (the module has no such
 * tracepoints) or another negative errno; then nothing is left of it.
 */
int ctl_tracefs_open(uint64_t mask, struct ctl_tracefs *ret, struct ctl_message *message);

/* Switches the events off: what EL2 wrote until then can be read afterwards. */
void ctl_tracefs_stop(const struct ctl_tracefs *tracefs);

/* Removes the instance. */
void ctl_tracefs_close(const struct ctl_tracefs *tracefs);

#endif
