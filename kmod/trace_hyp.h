/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's events as tracepoints: told by the host, on the CPU where they happened, some time
 * after. hyp_cpu and hyp_ts say where and when that was, in nanoseconds of the "local" trace
 * clock, the default one. Attaching to one makes EL2 write its events (hyptrace.h).
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pkvm

#if !defined(PKVM_KMOD_TRACE_HYP_H) || defined(TRACE_HEADER_MULTI_READ)
#define PKVM_KMOD_TRACE_HYP_H

#include <linux/tracepoint.h>

#include <pkvm/trace.h>

#include "hyptrace.h"

#ifndef PKVM_HYP_TRACE_ONCE
#define PKVM_HYP_TRACE_ONCE

/* Each event of EL2's with its tracepoint. */
#define PKVM_HYP_EVENTS(EVENT)				\
	EVENT(hyp_enter, PKVM_TRACE_ENTER)		\
	EVENT(hyp_exit, PKVM_TRACE_EXIT)		\
	EVENT(hyp_host_hcall, PKVM_TRACE_HCALL)		\
	EVENT(hyp_heap_alloc, PKVM_TRACE_HEAP_ALLOC)	\
	EVENT(hyp_heap_free, PKVM_TRACE_HEAP_FREE)	\
	EVENT(hyp_heap_map, PKVM_TRACE_HEAP_MAP)	\
	EVENT(hyp_heap_unmap, PKVM_TRACE_HEAP_UNMAP)	\
	EVENT(hyp_request, PKVM_TRACE_REQUEST)		\
	EVENT(hyp_pages, PKVM_TRACE_PAGES)		\
	EVENT(hyp_host_fault, PKVM_TRACE_HOST_FAULT)	\
	EVENT(hyp_vm_create, PKVM_TRACE_VM_CREATE)	\
	EVENT(hyp_vm_destroy, PKVM_TRACE_VM_DESTROY)	\
	EVENT(hyp_vcpu_create, PKVM_TRACE_VCPU_CREATE)	\
	EVENT(hyp_vcpu_destroy, PKVM_TRACE_VCPU_DESTROY)

#define PKVM_HYP_DECLARE_REG(name, event)	\
	int name##_reg(void);			\
	void name##_unreg(void);
PKVM_HYP_EVENTS(PKVM_HYP_DECLARE_REG)

/* All but those about the trace, which are not told (hyp_hcall_is_trace()). */
#define HYP_HCALL_NAMES						\
	{ PKVM_HCALL_VERSION, "version" },			\
	{ PKVM_HCALL_STATS, "stats" },				\
	{ PKVM_HCALL_TOPUP_LIST, "topup_list" },		\
	{ PKVM_HCALL_TOPUP_RANGE, "topup_range" },		\
	{ PKVM_HCALL_CREDIT_DROP, "credit_drop" },		\
	{ PKVM_HCALL_RECLAIM, "reclaim" },			\
	{ PKVM_HCALL_RECLAIMABLE, "reclaimable" },		\
	{ PKVM_HCALL_HEAP_MAP, "heap_map" },			\
	{ PKVM_HCALL_HEAP_CHECK, "heap_check" },		\
	{ PKVM_HCALL_SELFTEST, "selftest" },			\
	{ PKVM_HCALL_VM_CREATE, "vm_create" },			\
	{ PKVM_HCALL_VCPU_CREATE, "vcpu_create" },		\
	{ PKVM_HCALL_VM_DESTROY, "vm_destroy" },		\
	{ PKVM_HCALL_VM_INFO, "vm_info" },			\
	{ PKVM_HCALL_TEARDOWN, "teardown" },			\
	{ PKVM_HCALL_CPU_LEAVE, "cpu_leave" },			\
	{ PKVM_HCALL_CRASH, "crash" },				\
	{ PKVM_HCALL_VIOLATIONS, "violations" },		\
	{ PKVM_HCALL_PAGE_STATE, "page_state" },		\
	{ PKVM_HCALL_SHARE_HYP, "share_hyp" },			\
	{ PKVM_HCALL_UNSHARE_HYP, "unshare_hyp" },		\
	{ PKVM_HCALL_GUEST_DONATE, "guest_donate" },		\
	{ PKVM_HCALL_GUEST_SHARE, "guest_share" },		\
	{ PKVM_HCALL_GUEST_UNSHARE, "guest_unshare" },		\
	{ PKVM_HCALL_CPU_NUMBER, "cpu_number" },		\
	{ PKVM_HCALL_DEBUG_PANIC, "debug_panic" }

#define HYP_REASON_NAMES				\
	{ PKVM_TRACE_REASON_HCALL, "hcall" },		\
	{ PKVM_TRACE_REASON_STUB, "stub" },		\
	{ PKVM_TRACE_REASON_SMC, "smc" },		\
	{ PKVM_TRACE_REASON_ABORT, "abort" },		\
	{ PKVM_TRACE_REASON_TRAP, "trap" }

#define HYP_HEAP_NAMES					\
	{ PKVM_TRACE_HEAP_MAIN, "main" },		\
	{ PKVM_TRACE_HEAP_SELFTEST, "selftest" }

#define HYP_PARTY_NAMES						\
	{ PKVM_TRACE_HOST, "host" },				\
	{ PKVM_TRACE_HYP, "hyp" },				\
	{ PKVM_TRACE_GUEST, "guest" },				\
	{ PKVM_TRACE_HOST_SHARED_HYP, "host+hyp" },		\
	{ PKVM_TRACE_HOST_SHARED_GUEST, "host+guest" },		\
	{ PKVM_TRACE_GUEST_SHARED_HOST, "guest+host" }

#define HYP_CAUSE_NAMES					\
	{ PKVM_CAUSE_OTHER, "other" },			\
	{ PKVM_CAUSE_VM, "vm" },			\
	{ PKVM_CAUSE_VCPU, "vcpu" },			\
	{ PKVM_CAUSE_SELFTEST, "selftest" }

#endif

TRACE_DEFINE_ENUM(PKVM_HCALL_VERSION);
TRACE_DEFINE_ENUM(PKVM_HCALL_STATS);
TRACE_DEFINE_ENUM(PKVM_HCALL_TOPUP_LIST);
TRACE_DEFINE_ENUM(PKVM_HCALL_TOPUP_RANGE);
TRACE_DEFINE_ENUM(PKVM_HCALL_CREDIT_DROP);
TRACE_DEFINE_ENUM(PKVM_HCALL_RECLAIM);
TRACE_DEFINE_ENUM(PKVM_HCALL_RECLAIMABLE);
TRACE_DEFINE_ENUM(PKVM_HCALL_HEAP_MAP);
TRACE_DEFINE_ENUM(PKVM_HCALL_HEAP_CHECK);
TRACE_DEFINE_ENUM(PKVM_HCALL_SELFTEST);
TRACE_DEFINE_ENUM(PKVM_HCALL_VM_CREATE);
TRACE_DEFINE_ENUM(PKVM_HCALL_VCPU_CREATE);
TRACE_DEFINE_ENUM(PKVM_HCALL_VM_DESTROY);
TRACE_DEFINE_ENUM(PKVM_HCALL_VM_INFO);
TRACE_DEFINE_ENUM(PKVM_HCALL_TEARDOWN);
TRACE_DEFINE_ENUM(PKVM_HCALL_CPU_LEAVE);
TRACE_DEFINE_ENUM(PKVM_HCALL_CRASH);
TRACE_DEFINE_ENUM(PKVM_HCALL_VIOLATIONS);
TRACE_DEFINE_ENUM(PKVM_HCALL_PAGE_STATE);
TRACE_DEFINE_ENUM(PKVM_HCALL_SHARE_HYP);
TRACE_DEFINE_ENUM(PKVM_HCALL_UNSHARE_HYP);
TRACE_DEFINE_ENUM(PKVM_HCALL_GUEST_DONATE);
TRACE_DEFINE_ENUM(PKVM_HCALL_GUEST_SHARE);
TRACE_DEFINE_ENUM(PKVM_HCALL_GUEST_UNSHARE);
TRACE_DEFINE_ENUM(PKVM_HCALL_CPU_NUMBER);
TRACE_DEFINE_ENUM(PKVM_HCALL_DEBUG_PANIC);
TRACE_DEFINE_ENUM(PKVM_TRACE_REASON_HCALL);
TRACE_DEFINE_ENUM(PKVM_TRACE_REASON_STUB);
TRACE_DEFINE_ENUM(PKVM_TRACE_REASON_SMC);
TRACE_DEFINE_ENUM(PKVM_TRACE_REASON_ABORT);
TRACE_DEFINE_ENUM(PKVM_TRACE_REASON_TRAP);
TRACE_DEFINE_ENUM(PKVM_TRACE_HEAP_MAIN);
TRACE_DEFINE_ENUM(PKVM_TRACE_HEAP_SELFTEST);
TRACE_DEFINE_ENUM(PKVM_TRACE_HOST);
TRACE_DEFINE_ENUM(PKVM_TRACE_HYP);
TRACE_DEFINE_ENUM(PKVM_TRACE_GUEST);
TRACE_DEFINE_ENUM(PKVM_TRACE_HOST_SHARED_HYP);
TRACE_DEFINE_ENUM(PKVM_TRACE_HOST_SHARED_GUEST);
TRACE_DEFINE_ENUM(PKVM_TRACE_GUEST_SHARED_HOST);
TRACE_DEFINE_ENUM(PKVM_CAUSE_OTHER);
TRACE_DEFINE_ENUM(PKVM_CAUSE_VM);
TRACE_DEFINE_ENUM(PKVM_CAUSE_VCPU);
TRACE_DEFINE_ENUM(PKVM_CAUSE_SELFTEST);
TRACE_DEFINE_ENUM(PKVM_TRACE_FAULT_RESOLVED);
TRACE_DEFINE_ENUM(PKVM_TRACE_FAULT_VIOLATION);

/* The host came to EL2, and went on. */
DECLARE_EVENT_CLASS(hyp_reason,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u32, hyp_cpu)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->hyp_cpu = cpu;
		__entry->reason = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu reason=%s", __entry->hyp_cpu, __entry->hyp_ts,
		  __print_symbolic(__entry->reason, HYP_REASON_NAMES))
);

DEFINE_EVENT_FN(hyp_reason, hyp_enter,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_enter_reg, hyp_enter_unreg
);

DEFINE_EVENT_FN(hyp_reason, hyp_exit,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_exit_reg, hyp_exit_unreg
);

/* A hypercall is over; id as in enum pkvm_hcall_nr. Those about traces are not told. */
TRACE_EVENT_FN(hyp_host_hcall,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u32, hyp_cpu)
		__field(u32, id)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->hyp_cpu = cpu;
		__entry->id = record->arg[0] - PKVM_HCALL_BASE;
		__entry->err = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu id=%s errno=%d", __entry->hyp_cpu, __entry->hyp_ts,
		  __print_symbolic(__entry->id, HYP_HCALL_NAMES), __entry->err),
	hyp_host_hcall_reg, hyp_host_hcall_unreg
);

/* An object of one of EL2's heaps: offset in the heap's range, size in bytes. */
DECLARE_EVENT_CLASS(hyp_object,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, offset)
		__field(u64, size)
		__field(u32, hyp_cpu)
		__field(u32, heap)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->offset = record->arg[0];
		__entry->size = record->arg[1];
		__entry->hyp_cpu = cpu;
		__entry->heap = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu heap=%s offset=%#llx size=%llu", __entry->hyp_cpu,
		  __entry->hyp_ts, __print_symbolic(__entry->heap, HYP_HEAP_NAMES),
		  __entry->offset, __entry->size)
);

DEFINE_EVENT_FN(hyp_object, hyp_heap_alloc,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_heap_alloc_reg, hyp_heap_alloc_unreg
);

DEFINE_EVENT_FN(hyp_object, hyp_heap_free,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_heap_free_reg, hyp_heap_free_unreg
);

/* A part of a heap's range gets pages, or loses them: offset in it, pages. */
DECLARE_EVENT_CLASS(hyp_range,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, offset)
		__field(u64, pages)
		__field(u32, hyp_cpu)
		__field(u32, heap)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->offset = record->arg[0];
		__entry->pages = record->arg[1];
		__entry->hyp_cpu = cpu;
		__entry->heap = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu heap=%s offset=%#llx pages=%llu", __entry->hyp_cpu,
		  __entry->hyp_ts, __print_symbolic(__entry->heap, HYP_HEAP_NAMES),
		  __entry->offset, __entry->pages)
);

DEFINE_EVENT_FN(hyp_range, hyp_heap_map,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_heap_map_reg, hyp_heap_map_unreg
);

DEFINE_EVENT_FN(hyp_range, hyp_heap_unmap,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_heap_unmap_reg, hyp_heap_unmap_unreg
);

/* A hypercall lacks pages, and asks for them. */
TRACE_EVENT_FN(hyp_request,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, pages)
		__field(u32, hyp_cpu)
		__field(u32, cause)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->pages = record->arg[0];
		__entry->hyp_cpu = cpu;
		__entry->cause = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu cause=%s pages=%llu", __entry->hyp_cpu,
		  __entry->hyp_ts, __print_symbolic(__entry->cause, HYP_CAUSE_NAMES),
		  __entry->pages),
	hyp_request_reg, hyp_request_unreg
);

/* Pages go from one party to another; host+hyp: the host's, which EL2 may use, too. */
TRACE_EVENT_FN(hyp_pages,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, pages)
		__field(u32, hyp_cpu)
		__field(u8, from)
		__field(u8, to)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->pages = record->arg[0];
		__entry->hyp_cpu = cpu;
		__entry->from = record->arg32;
		__entry->to = record->arg32 >> 8;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu from=%s to=%s pages=%llu", __entry->hyp_cpu,
		  __entry->hyp_ts, __print_symbolic(__entry->from, HYP_PARTY_NAMES),
		  __print_symbolic(__entry->to, HYP_PARTY_NAMES), __entry->pages),
	hyp_pages_reg, hyp_pages_unreg
);

/* An access of the host's had no translation. Flags: PKVM_VIOLATION_* of hypercall.h. */
TRACE_EVENT_FN(hyp_host_fault,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, address)
		__field(u64, pc)
		__field(u32, hyp_cpu)
		__field(u32, flags)
		__field(u8, outcome)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->address = record->arg[0];
		__entry->pc = record->arg[1];
		__entry->hyp_cpu = cpu;
		__entry->flags = record->arg32 & ~0xffU;
		__entry->outcome = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu address=%#llx pc=%#llx outcome=%s access=%s%s%s",
		  __entry->hyp_cpu, __entry->hyp_ts, __entry->address, __entry->pc,
		  __print_symbolic(__entry->outcome,
				   { PKVM_TRACE_FAULT_RESOLVED, "resolved" },
				   { PKVM_TRACE_FAULT_VIOLATION, "violation" }),
		  __entry->flags & PKVM_VIOLATION_EXEC ? "exec" :
		  __entry->flags & PKVM_VIOLATION_WRITE ? "write" : "read",
		  __entry->flags & PKVM_VIOLATION_WALK ? ",walk" : "",
		  __entry->flags & PKVM_VIOLATION_EL0 ? ",el0" : ""),
	hyp_host_fault_reg, hyp_host_fault_unreg
);

TRACE_EVENT_FN(hyp_vm_create,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u32, hyp_cpu)
		__field(u32, vm)
		__field(u32, max_vcpus)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->hyp_cpu = cpu;
		__entry->vm = record->arg32;
		__entry->max_vcpus = record->arg[0];
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu vm=%u max_vcpus=%u", __entry->hyp_cpu,
		  __entry->hyp_ts, __entry->vm, __entry->max_vcpus),
	hyp_vm_create_reg, hyp_vm_create_unreg
);

TRACE_EVENT_FN(hyp_vm_destroy,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u32, hyp_cpu)
		__field(u32, vm)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->hyp_cpu = cpu;
		__entry->vm = record->arg32;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu vm=%u", __entry->hyp_cpu, __entry->hyp_ts,
		  __entry->vm),
	hyp_vm_destroy_reg, hyp_vm_destroy_unreg
);

DECLARE_EVENT_CLASS(hyp_vcpu,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u32, hyp_cpu)
		__field(u32, vm)
		__field(u32, vcpu)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->hyp_cpu = cpu;
		__entry->vm = record->arg32;
		__entry->vcpu = record->arg[0];
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu vm=%u vcpu=%u", __entry->hyp_cpu, __entry->hyp_ts,
		  __entry->vm, __entry->vcpu)
);

DEFINE_EVENT_FN(hyp_vcpu, hyp_vcpu_create,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_vcpu_create_reg, hyp_vcpu_create_unreg
);

DEFINE_EVENT_FN(hyp_vcpu, hyp_vcpu_destroy,
	TP_PROTO(u32 cpu, u64 ts, const struct pkvm_trace_record *record),
	TP_ARGS(cpu, ts, record),
	hyp_vcpu_destroy_reg, hyp_vcpu_destroy_unreg
);

/* Events of this CPU's that nobody will see: overwritten before they were read, or not placed. */
TRACE_EVENT(hyp_lost,
	TP_PROTO(u32 cpu, u64 ts, u64 overwritten, u64 dropped),
	TP_ARGS(cpu, ts, overwritten, dropped),
	TP_STRUCT__entry(
		__field(u64, hyp_ts)
		__field(u64, overwritten)
		__field(u64, dropped)
		__field(u32, hyp_cpu)
	),
	TP_fast_assign(
		__entry->hyp_ts = ts;
		__entry->overwritten = overwritten;
		__entry->dropped = dropped;
		__entry->hyp_cpu = cpu;
	),
	TP_printk("hyp_cpu=%u hyp_ts=%llu overwritten=%llu dropped=%llu", __entry->hyp_cpu,
		  __entry->hyp_ts, __entry->overwritten, __entry->dropped)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_hyp
#include <trace/define_trace.h>
