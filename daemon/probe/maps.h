/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the probe of hyp requests has measured, read from its maps: the caller's own probe, or
 * the maps that pkvmd-probe pins in the BPF file system for those who may not load programs.
 */
#ifndef PROBE_MAPS_H
#define PROBE_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hyp_req.h>

#include "../ctl/message.h"

/* Where pkvmd-probe pins; a directory of the group pkvmd's. It is gone when the probe is. */
#define PROBE_PIN_DIR	"/sys/fs/bpf/pkvm"

/* The same where the services find it: /sys/fs/bpf is closed to them. */
#define PROBE_BIND_DIR	"/run/pkvm-probe"

/* File descriptors. */
struct probe_maps {
	int kinds, vms, tasks, lost;
};

#define PROBE_NO_MAPS	((struct probe_maps){ -1, -1, -1, -1 })

struct probe_kind {
	struct hyp_req_kind kind;
	struct hyp_req_stats stats;
};

struct probe_vm {
	uint32_t vm;
	struct hyp_req_sum sum;
};

struct probe_task {
	struct hyp_req_task task;
	struct hyp_req_sum sum;
};

/*
 * What was measured since the probe began. Each number is of a moment of its own. Owns the
 * arrays: probe_reading_release().
 */
struct probe_reading {
	struct probe_kind *kinds;	/* by source, type, cause */
	struct probe_vm *vms;		/* by handle */
	struct probe_task *tasks;	/* those that asked for most first */
	size_t nr_kinds, nr_vms, nr_tasks;
	uint64_t lost[HYP_REQ_LOST];
};

/* Whether anything is pinned in @dir, as far as we may look. */
bool probe_maps_exist(const char *dir);

/*
 * Opens what is pinned in @dir, for reading. Returns 0, or with a sentence -ENOENT (nothing
 * is: pkvmd-probe does not run), -EACCES, -ENOSYS (a kernel without BPF), -EPROTO (maps of
 * another release) or another negative errno; then *ret is untouched. No capability is needed
 * from Linux 5.19 on.
 */
int probe_maps_open(const char *dir, struct probe_maps *ret, struct ctl_message *message);

/* PROBE_NO_MAPS is fine. */
void probe_maps_close(struct probe_maps *maps);

/*
 * Pins all of them in directory @dir, which exists: for its owner to write and its group to
 * read. All or, with a sentence and a negative errno, none: nobody finds but a part of them.
 */
int probe_maps_pin(const struct probe_maps *maps, const char *dir, struct ctl_message *message);

/* Removes what is pinned in @dir, a leftover of a killed probe as well. */
void probe_maps_unpin(const char *dir);

/* Returns 0 or a negative errno, with *ret untouched. */
int probe_maps_read(const struct probe_maps *maps, struct probe_reading *ret);
void probe_reading_release(struct probe_reading *reading);

#endif
