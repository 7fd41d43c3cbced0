/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pkvmd-probe has measured so far, for those who publish it. */
#ifndef PKVMD_PROBE_READ_H
#define PKVMD_PROBE_READ_H

#include "../probe/maps.h"

/*
 * Reads what is pinned where the service has it. probe_reading_release() frees *ret. Returns 0,
 * or with a sentence a negative errno: -ENOENT if no probe runs.
 */
int probe_read(struct probe_reading *ret, struct ctl_message *message);

/* Who made the requests: "module", "kernel". */
const char *probe_source_name(const struct hyp_req_kind *kind);

/* "vm", "vcpu", ...; "" for the kernel's own requests, which do not tell it. */
const char *probe_cause_name(const struct hyp_req_kind *kind);

/* "events", "stacks", "sums" */
const char *probe_lost_name(enum hyp_req_lost what);

#endif
