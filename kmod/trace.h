/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of system "pkvm". All that matters is a field, so that a program
 * attached to them follows no pointer; pkvm_hyp_req has nothing but numbers as
 * arguments, too, for raw tracepoint programs. Pages are 4 KiB; errno is 0 or
 * negative.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pkvm

#if !defined(PKVM_KMOD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PKVM_KMOD_TRACE_H

#include <linux/tracepoint.h>

#include <pkvm/hypercall.h>

#include "notify.h"

TRACE_DEFINE_ENUM(PKVM_REQ_PAGES);
TRACE_DEFINE_ENUM(PKVM_CAUSE_OTHER);
TRACE_DEFINE_ENUM(PKVM_CAUSE_VM);
TRACE_DEFINE_ENUM(PKVM_CAUSE_VCPU);
TRACE_DEFINE_ENUM(PKVM_CAUSE_SELFTEST);
TRACE_DEFINE_ENUM(PKVM_OWNER_NOBODY);
TRACE_DEFINE_ENUM(PKVM_OWNER_HYP);
TRACE_DEFINE_ENUM(PKVM_EVENT_VM_CREATE);
TRACE_DEFINE_ENUM(PKVM_EVENT_VM_DESTROY);

/*
 * A hypercall that made requests is over: type and cause of the last of them, sums of all.
 * The order of the arguments is known to bpf/hyp_req.bpf.c.
 */
TRACE_EVENT(pkvm_hyp_req,
	TP_PROTO(u64 asked, u64 pages, u64 duration_ns, u32 vm, u32 retries, int err, u8 type,
		 u8 cause),
	TP_ARGS(asked, pages, duration_ns, vm, retries, err, type, cause),
	TP_STRUCT__entry(
		__field(u64, asked)
		__field(u64, pages)
		__field(u64, duration_ns)
		__field(u32, vm)
		__field(u32, retries)
		__field(int, err)
		__field(u8, type)
		__field(u8, cause)
	),
	TP_fast_assign(
		__entry->asked = asked;
		__entry->pages = pages;
		__entry->duration_ns = duration_ns;
		__entry->vm = vm;
		__entry->retries = retries;
		__entry->err = err;
		__entry->type = type;
		__entry->cause = cause;
	),
	TP_printk("type=%s cause=%s vm=%u asked=%llu pages=%llu retries=%u errno=%d "
		  "duration_ns=%llu",
		  __print_symbolic(__entry->type, { PKVM_REQ_PAGES, "pages" }),
		  __print_symbolic(__entry->cause,
				   { PKVM_CAUSE_OTHER, "other" },
				   { PKVM_CAUSE_VM, "vm" },
				   { PKVM_CAUSE_VCPU, "vcpu" },
				   { PKVM_CAUSE_SELFTEST, "selftest" }),
		  __entry->vm, __entry->asked, __entry->pages, __entry->retries, __entry->err,
		  __entry->duration_ns)
);

DECLARE_EVENT_CLASS(pkvm_pages,
	TP_PROTO(const struct pkvm_event *ev),
	TP_ARGS(ev),
	TP_STRUCT__entry(
		__field(u64, asked)
		__field(u64, pages)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->asked = ev->asked;
		__entry->pages = ev->pages;
		__entry->duration_ns = ev->duration_ns;
		__entry->err = ev->err;
	),
	TP_printk("asked=%llu pages=%llu errno=%d duration_ns=%llu",
		  __entry->asked, __entry->pages, __entry->err, __entry->duration_ns)
);

/* pkvm_reclaim() is over: pages that came back. */
DEFINE_EVENT(pkvm_pages, pkvm_reclaim,
	TP_PROTO(const struct pkvm_event *ev),
	TP_ARGS(ev)
);

/* A shrinker scan is over: pages that came back. */
DEFINE_EVENT(pkvm_pages, pkvm_shrink,
	TP_PROTO(const struct pkvm_event *ev),
	TP_ARGS(ev)
);

/* A top-up is over: pages that joined the stock; credited if it answers a request. */
TRACE_EVENT(pkvm_topup,
	TP_PROTO(const struct pkvm_event *ev, bool credited),
	TP_ARGS(ev, credited),
	TP_STRUCT__entry(
		__field(u64, asked)
		__field(u64, pages)
		__field(u64, duration_ns)
		__field(int, err)
		__field(bool, credited)
	),
	TP_fast_assign(
		__entry->asked = ev->asked;
		__entry->pages = ev->pages;
		__entry->duration_ns = ev->duration_ns;
		__entry->err = ev->err;
		__entry->credited = credited;
	),
	TP_printk("credited=%d asked=%llu pages=%llu errno=%d duration_ns=%llu",
		  __entry->credited, __entry->asked, __entry->pages, __entry->err,
		  __entry->duration_ns)
);

/* The host touched a page that is not its own. Flags: PKVM_VIOLATION_* of hypercall.h. */
TRACE_EVENT(pkvm_fault,
	TP_PROTO(const struct pkvm_violation *fault),
	TP_ARGS(fault),
	TP_STRUCT__entry(
		__field(u64, address)
		__field(u64, va)
		__field(u64, pc)
		__field(u32, on_cpu)
		__field(u32, flags)
		__field(u8, owner)
	),
	TP_fast_assign(
		__entry->address = fault->ipa;
		__entry->va = fault->va;
		__entry->pc = fault->pc;
		__entry->on_cpu = fault->info >> PKVM_VIOLATION_CPU_SHIFT;
		__entry->flags = (u32)fault->info & ~0xffU;
		__entry->owner = fault->info & 0xff;
	),
	TP_printk("address=%#llx va=%#llx pc=%#llx cpu=%u owner=%s access=%s%s%s",
		  __entry->address, __entry->va, __entry->pc, __entry->on_cpu,
		  __print_symbolic(__entry->owner,
				   { PKVM_OWNER_NOBODY, "nobody" },
				   { PKVM_OWNER_HYP, "hyp" }),
		  __entry->flags & PKVM_VIOLATION_EXEC ? "exec" :
		  __entry->flags & PKVM_VIOLATION_WRITE ? "write" : "read",
		  __entry->flags & PKVM_VIOLATION_WALK ? ",walk" : "",
		  __entry->flags & PKVM_VIOLATION_EL0 ? ",el0" : "")
);

/* A VM was created (or, with errno, was not: vm is 0 if EL2 gave it no handle) or destroyed. */
TRACE_EVENT(pkvm_vm,
	TP_PROTO(const struct pkvm_event *ev, u32 vcpus),
	TP_ARGS(ev, vcpus),
	TP_STRUCT__entry(
		__field(u64, duration_ns)
		__field(u32, vm)
		__field(u32, vcpus)
		__field(int, err)
		__field(u8, action)
	),
	TP_fast_assign(
		__entry->duration_ns = ev->duration_ns;
		__entry->vm = ev->vm;
		__entry->vcpus = vcpus;
		__entry->err = ev->err;
		__entry->action = ev->type;
	),
	TP_printk("action=%s vm=%u vcpus=%u errno=%d duration_ns=%llu",
		  __print_symbolic(__entry->action,
				   { PKVM_EVENT_VM_CREATE, "create" },
				   { PKVM_EVENT_VM_DESTROY, "destroy" }),
		  __entry->vm, __entry->vcpus, __entry->err, __entry->duration_ns)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
