// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl trace heap */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "../probe/heap.h"
#include "cmd.h"
#include "until.h"
#include "view_trace.h"

/* The module reads EL2's rings every 10 ms: after so long all that had happened was told. */
#define SETTLE_NS	100000000

static enum ctl_exit print(struct ctl *ctl, const struct heap_probe *probe)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	struct heap_reading reading;
	int err;

	nanosleep(&settle, NULL);
	err = heap_probe_read(probe, &reading);
	if (err)
		return ctl_failed("cannot read the probe's figures: %s", strerror(-err));
	err = ctl_view_trace_heap(ctl->out, &reading, &ctl->style);
	heap_reading_release(&reading);
	return ctl_viewed(err);
}

static enum ctl_exit follow(struct ctl *ctl, struct ctl_until *until)
{
	struct ctl_message message;
	struct heap_probe *probe;
	enum ctl_exit status;
	int err = heap_probe_open(&probe, &message);

	if (err)
		return ctl_probe_failed(err, &message);
	if (ctl_until_wait(until, -1, CTL_PATIENT) == CTL_WAIT_ERROR)
		status = ctl_failed("cannot wait: %s", strerror(errno));
	else
		status = print(ctl, probe);
	heap_probe_close(probe);
	return status;
}

enum ctl_exit ctl_cmd_trace_heap(struct ctl *ctl)
{
	struct ctl_until until;
	enum ctl_exit status;
	int err = ctl_until_begin(&until, ctl_value_or(ctl->args->timeout, 0));

	if (err)
		return ctl_failed("cannot catch signals: %s", strerror(-err));
	status = follow(ctl, &until);
	ctl_until_end(&until);
	return status;
}
