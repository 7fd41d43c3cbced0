/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of the kernel's types what the probes read. Offsets are the running kernel's: libbpf takes
 * them from its BTF when it loads a program, so members may be left out here.
 */
#ifndef PKVM_BPF_KERNEL_H
#define PKVM_BPF_KERNEL_H

#include <stdint.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	struct task_struct *group_leader;
	char comm[16];
};

/* The first argument of tracepoint kvm_handle_pkvm_hyp_req, which Linux has from 7.4 on. */
struct pkvm_hyp_req {
	uint8_t type;
};

#pragma clang attribute pop

#endif
