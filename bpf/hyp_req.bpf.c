// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures hyp requests: sums and histograms by kind, sums by VM and by process, and on
 * request an event for each call. Attached to the module's tracepoint, and to the kernel's
 * own where there is one. Untried: the latter, which no packaged kernel has yet.
 *
 * Raw tracepoints, as other ones are perf events, which Debian's kernels allow to nobody
 * without CAP_SYS_ADMIN; and their arguments are all that is needed.
 *
 * Counters are shared by the CPUs and added to atomically: requests are rare, and tracepoints
 * may be preempted on newer kernels, so that a CPU's own counter would be no safer.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "hyp_req.h"
#include "kernel.h"

char LICENSE[] SEC("license") = "GPL";

/* Set before the programs are loaded. */
const volatile bool want_events;
const volatile bool want_stacks;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HYP_REQ_MAX_KINDS);
	__type(key, struct hyp_req_kind);
	__type(value, struct hyp_req_stats);
} kinds SEC(".maps");

/* VMs and processes come and go for as long as the probe runs: the oldest make room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HYP_REQ_MAX_VMS);
	__type(key, uint32_t);
	__type(value, struct hyp_req_sum);
} vms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HYP_REQ_MAX_TASKS);
	__type(key, struct hyp_req_task);
	__type(value, struct hyp_req_sum);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HYP_REQ_LOST);
	__type(key, uint32_t);
	__type(value, uint64_t);
} lost SEC(".maps");

/* Another size is set before it is created. A power of 2, and pages of every page size. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, HYP_REQ_MAX_STACKS);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, HYP_REQ_STACK_DEPTH * sizeof(uint64_t));
} stacks SEC(".maps");

/* What a new entry begins with: too large for the stack. */
static const struct hyp_req_stats no_stats;

static void count_lost(uint32_t what)
{
	uint64_t *count = bpf_map_lookup_elem(&lost, &what);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* The entry of @key, which is made if it is not there; NULL if it cannot be. */
static __always_inline void *entry(void *map, const void *key, const void *empty)
{
	void *value = bpf_map_lookup_elem(map, key);

	if (value)
		return value;
	/* Another CPU may be faster: then its entry is found. */
	bpf_map_update_elem(map, key, empty, BPF_NOEXIST);
	value = bpf_map_lookup_elem(map, key);
	if (!value)
		count_lost(HYP_REQ_LOST_SUMS);
	return value;
}

static void add(struct hyp_req_sum *sum, const struct hyp_req_event *ev)
{
	__sync_fetch_and_add(&sum->calls, 1);
	if (ev->err)
		__sync_fetch_and_add(&sum->failures, 1);
	__sync_fetch_and_add(&sum->retries, ev->retries);
	__sync_fetch_and_add(&sum->asked, ev->asked);
	__sync_fetch_and_add(&sum->given, ev->given);
	__sync_fetch_and_add(&sum->duration_ns, ev->duration_ns);
}

/* Only the module tells times and pages. */
static void add_histograms(struct hyp_req_stats *stats, const struct hyp_req_event *ev)
{
	if (ev->kind.source != HYP_REQ_SOURCE_MODULE)
		return;
	__sync_fetch_and_add(&stats->latency[hyp_req_slot(ev->duration_ns, HYP_REQ_LATENCY_SLOTS)],
			     1);
	__sync_fetch_and_add(&stats->asked[hyp_req_slot(ev->asked, HYP_REQ_PAGES_SLOTS)], 1);
	__sync_fetch_and_add(&stats->given[hyp_req_slot(ev->given, HYP_REQ_PAGES_SLOTS)], 1);
}

static void set_task(struct hyp_req_task *task)
{
	struct task_struct *current = (void *)bpf_get_current_task();

	task->pid = bpf_get_current_pid_tgid() >> 32;
	BPF_CORE_READ_STR_INTO(&task->comm, current, group_leader, comm);
}

static void emit(void *ctx, struct hyp_req_event *ev)
{
	if (want_stacks) {
		ev->stack = bpf_get_stackid(ctx, &stacks, 0);
		if (ev->stack < 0)
			count_lost(HYP_REQ_LOST_STACKS);
	}
	if (bpf_ringbuf_output(&events, ev, sizeof(*ev), 0))
		count_lost(HYP_REQ_LOST_EVENTS);
}

/* Completes the event and counts it everywhere. */
static __always_inline void count(void *ctx, struct hyp_req_event *ev)
{
	const struct hyp_req_sum *empty = &no_stats.sum;
	struct hyp_req_stats *stats = entry(&kinds, &ev->kind, &no_stats);
	struct hyp_req_sum *sum;

	ev->time_ns = bpf_ktime_get_ns();
	set_task(&ev->task);
	if (stats) {
		add(&stats->sum, ev);
		add_histograms(stats, ev);
	}
	sum = entry(&vms, &ev->vm, empty);
	if (sum)
		add(sum, ev);
	sum = entry(&tasks, &ev->task, empty);
	if (sum)
		add(sum, ev);
	if (want_events)
		emit(ctx, ev);
}

/* Arguments of pkvm_hyp_req, in the order of kmod/trace.h. */
enum {
	ARG_ASKED,
	ARG_PAGES,
	ARG_DURATION_NS,
	ARG_VM,
	ARG_RETRIES,
	ARG_ERR,
	ARG_TYPE,
	ARG_CAUSE,
};

SEC("raw_tp/pkvm_hyp_req")
int module_request(struct bpf_raw_tracepoint_args *ctx)
{
	struct hyp_req_event ev = {
		.asked = ctx->args[ARG_ASKED],
		.given = ctx->args[ARG_PAGES],
		.duration_ns = ctx->args[ARG_DURATION_NS],
		.vm = ctx->args[ARG_VM],
		.retries = ctx->args[ARG_RETRIES],
		.err = ctx->args[ARG_ERR],
		.stack = -1,
		.kind = { HYP_REQ_SOURCE_MODULE, ctx->args[ARG_TYPE], ctx->args[ARG_CAUSE], 0 },
	};

	count(ctx, &ev);
	return 0;
}

SEC("raw_tp/kvm_handle_pkvm_hyp_req")
int kernel_request(struct bpf_raw_tracepoint_args *ctx)
{
	const struct pkvm_hyp_req *req = (void *)ctx->args[0];
	struct hyp_req_event ev = {
		.err = ctx->args[1],
		.stack = -1,
		.kind = { HYP_REQ_SOURCE_KERNEL, BPF_CORE_READ(req, type), 0, 0 },
	};

	count(ctx, &ev);
	return 0;
}
