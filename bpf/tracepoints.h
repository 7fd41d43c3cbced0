/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of the module's tracepoints (kmod/trace.h) as a program attached to one gets them.
 * A module need not have BTF, so that offsets are fixed here; before a program is loaded
 * they are compared to what tracefs tells of the loaded module (daemon/probe/format.h).
 */
#ifndef PKVM_BPF_TRACEPOINTS_H
#define PKVM_BPF_TRACEPOINTS_H

#include <stdint.h>

struct tp_pkvm_hyp_req {
	uint64_t common;
	uint64_t asked;
	uint64_t pages;
	uint64_t duration_ns;
	uint32_t vm;
	uint32_t retries;
	int32_t err;
	uint8_t type;
	uint8_t cause;
};

#endif
