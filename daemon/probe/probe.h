/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe of hyp requests: bpf/hyp_req.bpf.c, loaded and attached. While it is attached it
 * holds a reference on the module, which cannot be unloaded.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "maps.h"

struct probe;

struct probe_options {
	bool events;		/* each call is an event, too */
	bool stacks;		/* which has the kernel's stack */
	uint32_t ring_size;	/* bytes that events can wait in: a power of 2, whole pages */
};

#define PROBE_RING_MIN	(UINT32_C(1) << 16)	/* a page of every page size */
#define PROBE_RING_MAX	(UINT32_C(1) << 28)

/*
 * Attaches. Returns 0, or with a sentence -EPERM (privileges), -ENODEV (the module is not
 * loaded), -EPROTO (it is of another release), -EOPNOTSUPP (no BPF) or another negative errno.
 */
int probe_open(const struct probe_options *options, struct probe **ret,
	       struct ctl_message *message);

/* Detaches, and lets go of the module. NULL is fine. */
void probe_close(struct probe *probe);

/* The probe's own: not to be closed. */
const struct probe_maps *probe_maps_of(const struct probe *probe);

/* To poll for POLLIN. The probe's own; only with options->events. */
int probe_fd(const struct probe *probe);

/* Returns false to be called no more. The event is valid until it returns. */
typedef bool (*probe_event_fn)(const struct hyp_req_event *event, void *arg);

/* Hands over the events that wait; never waits itself. Returns 0 or a negative errno. */
int probe_drain(struct probe *probe, probe_event_fn fn, void *arg);

/* The stack of an event: instruction pointers, the innermost first. Returns their number. */
unsigned int probe_stack(const struct probe *probe, int32_t stack,
			 uint64_t ips[HYP_REQ_STACK_DEPTH]);

#endif
