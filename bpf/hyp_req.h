/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What hyp_req.bpf.c leaves in its maps, for itself and for those who read them. Pages are
 * 4 KiB. Sizes and order are part of what is pinned: a reader compares the sizes.
 */
#ifndef PKVM_BPF_HYP_REQ_H
#define PKVM_BPF_HYP_REQ_H

#include <stdint.h>

/* Who made the requests: EL2 of pkvm.ko, or that of the kernel's own pKVM. */
enum hyp_req_source {
	HYP_REQ_SOURCE_MODULE,
	HYP_REQ_SOURCE_KERNEL,
	HYP_REQ_SOURCES
};

/*
 * Key of map "kinds". The type is the source's; the cause is enum pkvm_req_cause of
 * pkvm/hypercall.h and 0 from the kernel, whose requests do not tell it.
 */
struct hyp_req_kind {
	uint8_t source;
	uint8_t type;
	uint8_t cause;
	uint8_t zero;
};

#define HYP_REQ_MAX_KINDS	64

/*
 * A "call" is a hypercall that lacked pages and is over. The kernel's own tracepoint tells
 * each request by itself, and neither pages nor times: there a call is a request.
 */
struct hyp_req_sum {
	uint64_t calls;
	uint64_t failures;		/* of the calls */
	uint64_t retries;
	uint64_t asked, given;	/* pages */
	uint64_t duration_ns;	/* from the first request on */
};

/* Slot 0 counts zeros, slot n values from 2^(n-1) to below 2^n; the last has no end. */
#define HYP_REQ_LATENCY_SLOTS	40
#define HYP_REQ_PAGES_SLOTS	24

/* Value of map "kinds". */
struct hyp_req_stats {
	struct hyp_req_sum sum;
	uint64_t latency[HYP_REQ_LATENCY_SLOTS];	/* calls by duration_ns */
	uint64_t asked[HYP_REQ_PAGES_SLOTS];	/* calls by pages */
	uint64_t given[HYP_REQ_PAGES_SLOTS];
};

/*
 * Map "vms" is from a VM's handle (uint32_t; 0: no VM) to a sum: those VMs that asked last, be
 * they gone. A handle is new for a long time (kmod/hyp/vm.h), so there is no end to them.
 */
#define HYP_REQ_MAX_VMS		4096

/* Key of map "tasks", whose value is a sum: those processes that asked last. */
#define HYP_REQ_COMM_LEN	16

struct hyp_req_task {
	uint32_t pid;		/* the process */
	char comm[HYP_REQ_COMM_LEN];
};

#define HYP_REQ_MAX_TASKS	1024

/* Keys of map "lost", whose values are counts (uint64_t). */
enum hyp_req_lost {
	HYP_REQ_LOST_EVENTS,	/* the ring was full */
	HYP_REQ_LOST_STACKS,	/* the map of stacks was full */
	HYP_REQ_LOST_SUMS,	/* a map of sums was full: the call is not in it */
	HYP_REQ_LOST
};

/* An event of ring buffer "events": a call. */
struct hyp_req_event {
	uint64_t time_ns;		/* CLOCK_MONOTONIC, at its end */
	uint64_t asked, given;
	uint64_t duration_ns;
	uint32_t vm;
	uint32_t retries;
	int32_t err;		/* 0 or negative errno */
	int32_t stack;		/* key in map "stacks"; negative: none */
	struct hyp_req_kind kind;
	struct hyp_req_task task;
};

#define HYP_REQ_MAX_STACKS	1024
#define HYP_REQ_STACK_DEPTH	64	/* instruction pointers (uint64_t) of a value of "stacks" */

/* The largest value that slot @slot of @slots counts. */
static inline uint64_t hyp_req_slot_end(unsigned int slot, unsigned int slots)
{
	return slot < slots - 1 ? (UINT64_C(1) << slot) - 1 : UINT64_MAX;
}

/* Which slot of @slots counts @value. */
static inline unsigned int hyp_req_slot(uint64_t value, unsigned int slots)
{
	unsigned int slot = 0;

	for (unsigned int shift = 32; shift; shift /= 2) {
		if (value >> shift) {
			value >>= shift;
			slot += shift;
		}
	}
	slot += value;
	return slot < slots ? slot : slots - 1;
}

#endif
