/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an eBPF probe needs of machine and module: each thing that is missing is named. */
#ifndef PROBE_ACCESS_H
#define PROBE_ACCESS_H

#include <stdbool.h>

#include "../ctl/message.h"

/*
 * Capabilities and BPF. Returns 0, or with a sentence -EPERM (a capability) or -EOPNOTSUPP
 * (no BPF in this kernel).
 */
int probe_check_access(struct ctl_message *message);

/*
 * Whether the module that is loaded is of our release, so that its tracepoints have the
 * arguments that we know. Returns 0, or with a sentence -ENODEV (none is loaded) or -EPROTO.
 */
int probe_check_module(struct ctl_message *message);

/* Whether the module has a tracepoint of this name; false too where tracefs is closed to us. */
bool probe_is_tracepoint(const char *name);

#endif
