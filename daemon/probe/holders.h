/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has BPF programs on the module's tracepoints: each of them holds a reference, and the
 * module cannot be unloaded.
 */
#ifndef PROBE_HOLDERS_H
#define PROBE_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct probe_holder {
	uint32_t pid;
	uint32_t programs;	/* attached to tracepoints of system pkvm */
	char comm[16];
};

/*
 * By process id. The caller frees *ret. Returns 0, -EPERM (needs CAP_SYS_ADMIN) or another
 * negative errno, with both untouched. Processes that end meanwhile may be left out.
 */
int probe_find_holders(struct probe_holder **ret, size_t *ret_n);

#endif
