/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an eBPF probe needs of machine and module: each thing that is missing is named. */
#ifndef PROBE_ACCESS_H
#define PROBE_ACCESS_H

#include <stdbool.h>

#include "../ctl/message.h"

/*
 * Before anything is loaded: capabilities, BPF, and the module, which has to be of our release
 * for its tracepoints to have the arguments that we know. Returns 0, or with a sentence -EPERM
 * (a capability), -EOPNOTSUPP (no BPF in this kernel), -ENODEV (no module) or -EPROTO (another
 * release of it). From here on libbpf says nothing by itself.
 */
int probe_check_access(struct ctl_message *message);

/*
 * What is refused all the same, by lockdown, a security module or for want of memory: the
 * sentence for @err and @what ("load"). Returns @err.
 */
int probe_refused(struct ctl_message *message, int err, const char *what);

/* Whether the module has a tracepoint of this name; false too where tracefs is closed to us. */
bool probe_is_tracepoint(const char *name);

#endif
