/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an eBPF probe needs of the machine: each thing that is missing is named. */
#ifndef PROBE_ACCESS_H
#define PROBE_ACCESS_H

#include <stdbool.h>

#include "../ctl/message.h"

#define PROBE_TRACEFS	"/sys/kernel/tracing"

/*
 * Capabilities, tracefs and BPF. Returns 0, or with a sentence -EPERM (a capability, or
 * tracefs is closed to us), -ENOENT (tracefs is not mounted) or -EOPNOTSUPP (no BPF in
 * this kernel).
 */
int probe_check_access(struct ctl_message *message);

/* Whether the kernel, or a module that is loaded, has this tracepoint. */
bool probe_has_event(const char *system, const char *event);

#endif
