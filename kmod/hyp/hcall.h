/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls: from the registers of an HVC to the function that serves it, and back. */
#ifndef HYP_HCALL_H
#define HYP_HCALL_H

#include <pkvm/hypercall.h>

#include "mm.h"
#include "types.h"

#define HCALL_ARGS	8
#define HCALL_REGS	18

/* One hypercall while it is served. */
struct hcall {
	u64 arg[HCALL_ARGS];	/* x0 to x7 as the host passed them; arg[1] is x1 */
	u64 ret[HCALL_REGS];	/* results, zero on entry: ret[2] is x2; x0 and x1 are not here */
	struct hyp_ask ask;	/* calls marked R only */
};

/*
 * Serves the host's hypercall. regs: x0 to x17, in and out. Any CPU, interrupts
 * masked. Every value of every register is answered, and none of them is trusted.
 */
void hyp_hcall(u64 regs[HCALL_REGS]);

/* Whether x0 of a hypercall is the id of one about traces. */
bool hyp_hcall_is_trace(u64 x0);

/*
 * The handlers. Each returns x1: 0 or a negative errno. It checks all of its
 * arguments before it does anything.
 */
int hcall_version(struct hcall *call);
int hcall_stats(struct hcall *call);
int hcall_topup_list(struct hcall *call);
int hcall_topup_range(struct hcall *call);
int hcall_credit_drop(struct hcall *call);
int hcall_reclaim(struct hcall *call);
int hcall_reclaimable(struct hcall *call);
int hcall_heap_map(struct hcall *call);
int hcall_heap_check(struct hcall *call);
int hcall_selftest(struct hcall *call);
int hcall_vm_create(struct hcall *call);
int hcall_vcpu_create(struct hcall *call);
int hcall_vm_destroy(struct hcall *call);
int hcall_vm_info(struct hcall *call);
int hcall_teardown(struct hcall *call);
int hcall_cpu_leave(struct hcall *call);
int hcall_violations(struct hcall *call);
int hcall_page_state(struct hcall *call);
int hcall_share_hyp(struct hcall *call);
int hcall_unshare_hyp(struct hcall *call);
int hcall_guest_donate(struct hcall *call);
int hcall_guest_share(struct hcall *call);
int hcall_guest_unshare(struct hcall *call);
int hcall_trace_enable(struct hcall *call);
int hcall_trace_load(struct hcall *call);
int hcall_trace_unload(struct hcall *call);
int hcall_trace_swap(struct hcall *call);
int hcall_trace_reset(struct hcall *call);

/* This CPU leaves EL2 with the answer of the running call; implemented per environment. */
void cpu_leave(void);

/* Those that are about the CPU; implemented per environment. */
int hcall_crash(struct hcall *call);
int hcall_cpu_number(struct hcall *call);
#ifdef CONFIG_HYP_DEBUG
int hcall_debug_panic(struct hcall *call);
#endif

#endif
