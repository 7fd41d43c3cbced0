/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of the module's tracepoints (kmod/trace.h) as a program attached to one gets them.
 * A module need not have BTF, so that offsets are fixed here; before a program is loaded
 * they are compared to what tracefs tells of the loaded module (daemon/probe/format.h).
 */
#ifndef PKVM_BPF_TRACEPOINTS_H
#define PKVM_BPF_TRACEPOINTS_H

#include <linux/types.h>

struct tp_pkvm_hyp_req {
	__u64 common;
	__u64 asked;
	__u64 pages;
	__u64 duration_ns;
	__u32 vm;
	__u32 retries;
	__s32 err;
	__u8 type;
	__u8 cause;
};

#endif
