/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's events, as they lie in the pages that the host shares for them. EL2 writes there and
 * never reads: what is in such a page is the host's to spoil. Records begin at the page's
 * start; how many there are is not in the page, TRACE_SWAP (hypercall.h) tells it.
 */
#ifndef PKVM_TRACE_H
#define PKVM_TRACE_H

#include <pkvm/hypercall.h>

/* In the comments: what arg32, arg[0] and arg[1] of a record are; zero where it says nothing. */
enum pkvm_trace_event {
	/* the host came to EL2: enum pkvm_trace_reason */
	PKVM_TRACE_ENTER = 0,
	/* and goes on: enum pkvm_trace_reason, of its coming */
	PKVM_TRACE_EXIT,
	/* a hypercall is over: errno, 0 or negative; function id */
	PKVM_TRACE_HCALL,
	/* enum pkvm_trace_heap; offset of the object in the heap, its size in bytes */
	PKVM_TRACE_HEAP_ALLOC,
	PKVM_TRACE_HEAP_FREE,
	/* enum pkvm_trace_heap; offset of a range in the heap, its pages */
	PKVM_TRACE_HEAP_MAP,
	PKVM_TRACE_HEAP_UNMAP,
	/* a call lacks pages: enum pkvm_req_cause; pages */
	PKVM_TRACE_REQUEST,
	/* pages changed hands: enum pkvm_trace_party from in bits 7:0, to in 15:8; pages */
	PKVM_TRACE_PAGES,
	/* PKVM_VIOLATION_* and enum pkvm_trace_fault in bits 7:0; address, instruction */
	PKVM_TRACE_HOST_FAULT,
	/* handle; vCPUs that the VM can have */
	PKVM_TRACE_VM_CREATE,
	/* handle */
	PKVM_TRACE_VM_DESTROY,
	/* handle; index of the vCPU */
	PKVM_TRACE_VCPU_CREATE,
	PKVM_TRACE_VCPU_DESTROY,
	PKVM_TRACE_EVENTS
};

#define PKVM_TRACE_BIT(event)	(UINT64_C(1) << (event))
#define PKVM_TRACE_ALL		(PKVM_TRACE_BIT(PKVM_TRACE_EVENTS) - 1)

/* Why the host came. */
enum pkvm_trace_reason {
	PKVM_TRACE_REASON_HCALL,
	PKVM_TRACE_REASON_STUB,		/* a call of the kernel's stub ABI */
	PKVM_TRACE_REASON_SMC,
	PKVM_TRACE_REASON_ABORT,
	PKVM_TRACE_REASON_TRAP,		/* an instruction that the CPU traps */
};

enum pkvm_trace_heap {
	PKVM_TRACE_HEAP_MAIN,
	PKVM_TRACE_HEAP_SELFTEST,
};

/* Who has a page, and who else may look. */
enum pkvm_trace_party {
	PKVM_TRACE_HOST,
	PKVM_TRACE_HYP,
	PKVM_TRACE_GUEST,
	PKVM_TRACE_HOST_SHARED_HYP,
	PKVM_TRACE_HOST_SHARED_GUEST,
	PKVM_TRACE_GUEST_SHARED_HOST,
};

/* What became of an access of the host's that had no translation. */
enum pkvm_trace_fault {
	PKVM_TRACE_FAULT_RESOLVED,	/* the host tries again */
	PKVM_TRACE_FAULT_VIOLATION,	/* the host got a fault */
};

struct pkvm_trace_record {
	uint64_t time;			/* physical counter of the CPU, CNTPCT_EL0 */
	uint32_t event;			/* enum pkvm_trace_event */
	uint32_t arg32;
	uint64_t arg[2];
};

#define PKVM_TRACE_PAGE_RECORDS	(PKVM_PAGE_SIZE / sizeof(struct pkvm_trace_record))

PKVM_ABI_ASSERT(sizeof(struct pkvm_trace_record) == 32);
PKVM_ABI_ASSERT(PKVM_TRACE_EVENTS <= 64);

#endif
