// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows EL2's heap by EL2's own events: which objects there are, for which VM, how large
 * and since when. A CPU's events come in the order in which they happened there, and EL2
 * tells of a VM or a vCPU right behind the object that it has allocated for it: so the owner
 * of an object is who is told next on its CPU. What was allocated before is not known.
 *
 * Between CPUs there is no order: an object that is freed on another CPU may be told as freed
 * first. Then an entry without a size says when, until its allocation is told.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <pkvm/trace.h>

#include "hyp_heap.h"
#include "hyp_req.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HYP_HEAP_MAX_OBJECTS);
	__type(key, uint64_t);
	__type(value, struct hyp_heap_object);
} objects SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HYP_HEAP_MAX_CPUS);
	__type(key, uint32_t);
	__type(value, uint64_t);
} latest SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct hyp_heap_totals);
} totals SEC(".maps");

/* Arguments of all of EL2's tracepoints but hyp_lost, in the order of kmod/trace_hyp.h. */
enum {
	ARG_CPU,
	ARG_TS,
	ARG_RECORD,
};

/* And of hyp_lost, which begins alike. */
enum {
	ARG_OVERWRITTEN = ARG_RECORD,
	ARG_DROPPED,
};

static struct hyp_heap_totals *find_totals(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&totals, &zero);
}

/* The self-test's heap is not anybody's. */
static bool read_main_heap(const struct bpf_raw_tracepoint_args *ctx,
			   struct pkvm_trace_record *record)
{
	return !bpf_probe_read_kernel(record, sizeof(*record), (void *)ctx->args[ARG_RECORD]) &&
	       record->arg32 == PKVM_TRACE_HEAP_MAIN;
}

static void add_life(struct hyp_heap_totals *all, uint64_t life)
{
	__sync_fetch_and_add(&all->lives[hyp_req_slot(life, HYP_HEAP_LIFE_SLOTS)], 1);
}

static void put(struct hyp_heap_totals *all, const uint64_t *offset,
		const struct hyp_heap_object *object)
{
	if (bpf_map_update_elem(&objects, offset, object, BPF_ANY))
		__sync_fetch_and_add(&all->objects_lost, 1);
}

SEC("raw_tp/hyp_heap_alloc")
int heap_alloc(struct bpf_raw_tracepoint_args *ctx)
{
	struct hyp_heap_object object = { .hyp_ts = ctx->args[ARG_TS] };
	struct hyp_heap_totals *all = find_totals();
	uint32_t cpu = ctx->args[ARG_CPU];
	struct pkvm_trace_record record;
	struct hyp_heap_object *before;

	if (!all || !read_main_heap(ctx, &record))
		return 0;
	object.size = record.arg[1];
	object.seen_ns = bpf_ktime_get_ns();
	__sync_fetch_and_add(&all->allocs, 1);
	__sync_fetch_and_add(&all->sizes[hyp_req_slot(object.size, HYP_HEAP_SIZE_SLOTS)], 1);
	before = bpf_map_lookup_elem(&objects, &record.arg[0]);
	if (before && !before->size && before->hyp_ts >= object.hyp_ts) {
		__sync_fetch_and_add(&all->foreign_frees, -1);
		add_life(all, before->hyp_ts - object.hyp_ts);
		bpf_map_delete_elem(&objects, &record.arg[0]);
		return 0;
	}
	put(all, &record.arg[0], &object);
	bpf_map_update_elem(&latest, &cpu, &record.arg[0], BPF_ANY);
	return 0;
}

SEC("raw_tp/hyp_heap_free")
int heap_free(struct bpf_raw_tracepoint_args *ctx)
{
	struct hyp_heap_object freed = { .hyp_ts = ctx->args[ARG_TS] };
	struct hyp_heap_totals *all = find_totals();
	struct pkvm_trace_record record;
	struct hyp_heap_object *object;

	if (!all || !read_main_heap(ctx, &record))
		return 0;
	__sync_fetch_and_add(&all->frees, 1);
	object = bpf_map_lookup_elem(&objects, &record.arg[0]);
	if (!object || !object->size) {
		__sync_fetch_and_add(&all->foreign_frees, 1);
		put(all, &record.arg[0], &freed);
	} else if (freed.hyp_ts >= object->hyp_ts) {
		add_life(all, freed.hyp_ts - object->hyp_ts);
		bpf_map_delete_elem(&objects, &record.arg[0]);
	}
	/* Else another object is in its place already. */
	return 0;
}

/* The object that the CPU allocated last is this VM's. */
static int set_owner(struct bpf_raw_tracepoint_args *ctx)
{
	uint32_t cpu = ctx->args[ARG_CPU];
	uint64_t *offset = bpf_map_lookup_elem(&latest, &cpu);
	struct pkvm_trace_record record;
	struct hyp_heap_object *object;

	if (!offset ||
	    bpf_probe_read_kernel(&record, sizeof(record), (void *)ctx->args[ARG_RECORD]))
		return 0;
	object = bpf_map_lookup_elem(&objects, offset);
	if (object)
		object->vm = record.arg32;
	bpf_map_delete_elem(&latest, &cpu);
	return 0;
}

SEC("raw_tp/hyp_vm_create")
int vm_create(struct bpf_raw_tracepoint_args *ctx)
{
	return set_owner(ctx);
}

SEC("raw_tp/hyp_vcpu_create")
int vcpu_create(struct bpf_raw_tracepoint_args *ctx)
{
	return set_owner(ctx);
}

/* Behind a gap nobody knows whose the latest object is. */
SEC("raw_tp/hyp_lost")
int events_lost(struct bpf_raw_tracepoint_args *ctx)
{
	struct hyp_heap_totals *all = find_totals();
	uint32_t cpu = ctx->args[ARG_CPU];

	if (all)
		__sync_fetch_and_add(&all->events_lost,
				     ctx->args[ARG_OVERWRITTEN] + ctx->args[ARG_DROPPED]);
	bpf_map_delete_elem(&latest, &cpu);
	return 0;
}
