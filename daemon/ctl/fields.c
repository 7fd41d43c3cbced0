// SPDX-License-Identifier: GPL-2.0-or-later
/* The client library's structs, field by field. */
#include "fields.h"
#include "names.h"

#include "daemon.h"
#include "pkvm.h"

#define FIELDS(name) \
	const struct ctl_fields name = { sizeof(name##_list) / sizeof(name##_list[0]), name##_list }

/* clang-format off */

/* Rows: a member under its own name, under another key, as a word, and one that may be left out. */
#define N(type, member, unit, label) \
	{ #member, label, unit, CTL_MEMBER(struct type, member), NULL, false }
#define K(key, type, member, unit, label) \
	{ key, label, unit, CTL_MEMBER(struct type, member), NULL, false }
#define W(type, member, words, label) \
	{ #member, label, CTL_WORD, CTL_MEMBER(struct type, member), words, false }
#define O(type, member, unit, label) \
	{ #member, label, unit, CTL_MEMBER(struct type, member), NULL, true }

/* clang-format on */

static const struct ctl_field ctl_info_fields_list[] = {
	W(pkvm_info, provider, &ctl_provider_words, "provider"),
	W(pkvm_info, state, &ctl_state_words, "state"),
	N(pkvm_info, cpus, CTL_COUNT, "CPUs"),
	N(pkvm_info, heap_size, CTL_BYTES, "heap size"),
	{ "features", "features", CTL_FLAGS, CTL_MEMBER(struct pkvm_info, features),
	  &ctl_feature_words, true },
	N(pkvm_info, module_version, CTL_CHARS, "module"),
	N(pkvm_info, netlink_abi, CTL_COUNT, "netlink ABI"),
	N(pkvm_info, module_abi, CTL_COUNT, "hypercall ABI, module"),
	O(pkvm_info, hyp_abi, CTL_COUNT, "hypercall ABI, EL2"),
};

FIELDS(ctl_info_fields);

static const struct ctl_field ctl_version_fields_list[] = {
	N(pkvm_info, module_version, CTL_CHARS, "module"),
	N(pkvm_info, netlink_abi, CTL_COUNT, "netlink ABI"),
	N(pkvm_info, module_abi, CTL_COUNT, "hypercall ABI, module"),
	O(pkvm_info, hyp_abi, CTL_COUNT, "hypercall ABI, EL2"),
};

FIELDS(ctl_version_fields);

static const struct ctl_field ctl_heap_fields_list[] = {
	N(pkvm_stats_heap, size, CTL_BYTES, "range"),
	N(pkvm_stats_heap, used, CTL_BYTES, "used"),
	N(pkvm_stats_heap, mapped, CTL_BYTES, "mapped"),
	N(pkvm_stats_heap, free_mapped, CTL_BYTES, "mapped and free"),
	N(pkvm_stats_heap, largest_free, CTL_BYTES, "largest free"),
	N(pkvm_stats_heap, reclaimable, CTL_PAGES, "reclaimable"),
	N(pkvm_stats_heap, holes, CTL_COUNT, "holes"),
	N(pkvm_stats_heap, chunks_used, CTL_COUNT, "chunks used"),
	N(pkvm_stats_heap, chunks_free, CTL_COUNT, "chunks free"),
	N(pkvm_stats_heap, allocs, CTL_COUNT, "allocations"),
	N(pkvm_stats_heap, frees, CTL_COUNT, "frees"),
	N(pkvm_stats_heap, failures, CTL_COUNT, "allocations refused"),
	N(pkvm_stats_heap, misuses, CTL_COUNT, "frees refused"),
};

FIELDS(ctl_heap_fields);

static const struct ctl_field ctl_mem_fields_list[] = {
	N(pkvm_stats_mem, owned, CTL_PAGES, "owned"),
	N(pkvm_stats_mem, boot, CTL_PAGES, "of that: image and stacks"),
	N(pkvm_stats_mem, stock, CTL_PAGES, "of that: in stock"),
	N(pkvm_stats_mem, heap, CTL_PAGES, "of that: heap"),
	N(pkvm_stats_mem, tables, CTL_PAGES, "of that: page tables"),
	N(pkvm_stats_mem, vmemmap, CTL_PAGES, "of that: vmemmap"),
	N(pkvm_stats_mem, credited, CTL_PAGES, "kept for a retry"),
	N(pkvm_stats_mem, reclaimable, CTL_PAGES, "reclaimable"),
	N(pkvm_stats_mem, requests, CTL_COUNT, "hyp requests"),
	N(pkvm_stats_mem, requested, CTL_PAGES, "requested"),
	N(pkvm_stats_mem, topups, CTL_COUNT, "top-up calls"),
	N(pkvm_stats_mem, topped_up, CTL_PAGES, "topped up"),
	N(pkvm_stats_mem, topup_refused, CTL_COUNT, "top-up calls refused"),
	N(pkvm_stats_mem, reclaims, CTL_COUNT, "reclaim calls"),
	N(pkvm_stats_mem, reclaimed, CTL_PAGES, "reclaimed"),
	N(pkvm_stats_mem, vms, CTL_COUNT, "VMs"),
	N(pkvm_stats_mem, vcpus, CTL_COUNT, "vCPUs"),
};

FIELDS(ctl_mem_fields);

static const struct ctl_field ctl_host_fields_list[] = {
	N(pkvm_stats_host, donated, CTL_PAGES, "donated"),
	N(pkvm_stats_host, returned, CTL_PAGES, "returned"),
	N(pkvm_stats_host, requests_vm, CTL_COUNT, "requests for VMs"),
	N(pkvm_stats_host, requests_vcpu, CTL_COUNT, "requests for vCPUs"),
	N(pkvm_stats_host, requests_selftest, CTL_COUNT, "requests of the self-test"),
	N(pkvm_stats_host, requests_other, CTL_COUNT, "requests for other things"),
	N(pkvm_stats_host, requested, CTL_PAGES, "requested"),
	N(pkvm_stats_host, request_retries, CTL_COUNT, "calls retried"),
	N(pkvm_stats_host, request_failures, CTL_COUNT, "calls given up"),
	K("topup_range", pkvm_stats_host, topup_range_pages, CTL_PAGES, "topped up in blocks"),
	K("topup_list", pkvm_stats_host, topup_list_pages, CTL_PAGES, "topped up in lists"),
	N(pkvm_stats_host, topup_failures, CTL_COUNT, "top-ups that fell short"),
	N(pkvm_stats_host, alloc_failures, CTL_COUNT, "host had no page"),
	N(pkvm_stats_host, reclaims, CTL_COUNT, "reclaims"),
	N(pkvm_stats_host, reclaimed, CTL_PAGES, "reclaimed"),
	N(pkvm_stats_host, shrinks, CTL_COUNT, "shrinks"),
	N(pkvm_stats_host, shrunk, CTL_PAGES, "shrunk"),
	N(pkvm_stats_host, shrink_backoffs, CTL_COUNT, "shrinks backed off"),
	N(pkvm_stats_host, vms_created, CTL_COUNT, "VMs created"),
	N(pkvm_stats_host, vms_destroyed, CTL_COUNT, "VMs destroyed"),
	N(pkvm_stats_host, events_lost, CTL_COUNT, "events lost"),
};

FIELDS(ctl_host_fields);

static const struct ctl_field ctl_summary_fields_list[] = {
	N(pkvm_stats, mem.owned, CTL_PAGES, "owned"),
	N(pkvm_stats, mem.boot, CTL_PAGES, "of that: image and stacks"),
	N(pkvm_stats, mem.stock, CTL_PAGES, "of that: in stock"),
	N(pkvm_stats, mem.heap, CTL_PAGES, "of that: heap"),
	N(pkvm_stats, mem.tables, CTL_PAGES, "of that: page tables"),
	N(pkvm_stats, mem.vmemmap, CTL_PAGES, "of that: vmemmap"),
	N(pkvm_stats, mem.reclaimable, CTL_PAGES, "reclaimable"),
	N(pkvm_stats, heap.used, CTL_BYTES, "used in the heap"),
	N(pkvm_stats, mem.vms, CTL_COUNT, "VMs"),
	N(pkvm_stats, mem.vcpus, CTL_COUNT, "vCPUs"),
	N(pkvm_stats, mem.requests, CTL_COUNT, "hyp requests"),
	N(pkvm_stats, mem.topped_up, CTL_PAGES, "topped up"),
	N(pkvm_stats, mem.reclaimed, CTL_PAGES, "reclaimed"),
};

FIELDS(ctl_summary_fields);

static const struct ctl_field ctl_region_fields_list[] = {
	N(pkvm_region, offset, CTL_BYTES, "offset"),
	N(pkvm_region, size, CTL_BYTES, "size"),
	W(pkvm_region, kind, &ctl_region_words, "kind"),
};

FIELDS(ctl_region_fields);

static const struct ctl_field ctl_shrinker_fields_list[] = {
	N(pkvm_shrinker, enabled, CTL_BOOL, "enabled"),
	N(pkvm_shrinker, seeks, CTL_COUNT, "seeks"),
	N(pkvm_shrinker, batch, CTL_PAGES, "batch"),
	N(pkvm_shrinker, reserve, CTL_PAGES, "reserve"),
};

FIELDS(ctl_shrinker_fields);

static const struct ctl_field ctl_shrunk_fields_list[] = {
	N(pkvm_stats_host, shrinks, CTL_COUNT, "shrinks"),
	N(pkvm_stats_host, shrunk, CTL_PAGES, "shrunk"),
	N(pkvm_stats_host, shrink_backoffs, CTL_COUNT, "backed off"),
};

FIELDS(ctl_shrunk_fields);

static const struct ctl_field ctl_vm_fields_list[] = {
	N(pkvm_vm, handle, CTL_COUNT, "handle"),
	N(pkvm_vm, vcpus, CTL_COUNT, "vcpus"),
	N(pkvm_vm, max_vcpus, CTL_COUNT, "max vcpus"),
	K("heap", pkvm_vm, bytes, CTL_BYTES, "heap"),
	N(pkvm_vm, requests, CTL_COUNT, "requests"),
	K("topped_up", pkvm_vm, pages, CTL_PAGES, "topped up"),
	K("age", pkvm_vm, age_ns, CTL_NS, "age"),
	N(pkvm_vm, bound, CTL_BOOL, "bound"),
	N(pkvm_vm, pid, CTL_COUNT, "pid"),
	N(pkvm_vm, comm, CTL_CHARS, "creator"),
};

FIELDS(ctl_vm_fields);

static const struct ctl_field ctl_vm_handle_fields_list[] = {
	N(pkvm_vm, handle, CTL_COUNT, "handle"),
};

FIELDS(ctl_vm_handle_fields);

static const struct ctl_field ctl_moved_fields_list[] = {
	K("moved", pkvm_moved, pages, CTL_PAGES, "moved"),
	N(pkvm_moved, asked, CTL_PAGES, "asked for"),
	K("duration", pkvm_moved, duration_ns, CTL_NS, "took"),
	O(pkvm_moved, error, CTL_ERRNO, "error"),
};

FIELDS(ctl_moved_fields);

static const struct ctl_field ctl_request_fields_list[] = {
	O(pkvm_moved, vm, CTL_COUNT, "VM"),
	W(pkvm_moved, cause, &ctl_cause_words, "cause"),
	N(pkvm_moved, retries, CTL_COUNT, "retries"),
	K("moved", pkvm_moved, pages, CTL_PAGES, "moved"),
	N(pkvm_moved, asked, CTL_PAGES, "asked for"),
	K("duration", pkvm_moved, duration_ns, CTL_NS, "took"),
	O(pkvm_moved, error, CTL_ERRNO, "error"),
};

FIELDS(ctl_request_fields);

static const struct ctl_field ctl_state_fields_list[] = {
	W(pkvm_info, state, &ctl_state_words, "state"),
};

FIELDS(ctl_state_fields);

static const struct ctl_field ctl_crash_fields_list[] = {
	W(pkvm_crash_record, reason, &ctl_panic_words, "reason"),
	N(pkvm_crash_record, cpu, CTL_COUNT, "CPU"),
	N(pkvm_crash_record, file, CTL_CHARS, "file"),
	N(pkvm_crash_record, line, CTL_COUNT, "line"),
	N(pkvm_crash_record, hcall, CTL_HEX, "hypercall"),
	N(pkvm_crash_record, elr_offset, CTL_HEX, "offset in the image"),
	N(pkvm_crash_record, elr, CTL_HEX, "ELR"),
	N(pkvm_crash_record, esr, CTL_HEX, "ESR"),
	N(pkvm_crash_record, far, CTL_HEX, "FAR"),
	N(pkvm_crash_record, spsr, CTL_HEX, "SPSR"),
	N(pkvm_crash_record, sp, CTL_HEX, "SP"),
};

FIELDS(ctl_crash_fields);

static const struct ctl_field ctl_page_fields_list[] = {
	N(pkvm_page, pfn, CTL_COUNT, "number"),
	W(pkvm_page, owner, &ctl_owner_words, "owner"),
	W(pkvm_page, use, &ctl_use_words, "use"),
	O(pkvm_page, count, CTL_COUNT, "entries in use"),
};

FIELDS(ctl_page_fields);

static const struct ctl_field ctl_owner_fields_list[] = {
	N(pkvm_page_stats, host, CTL_PAGES, "host"),
	N(pkvm_page_stats, hyp, CTL_PAGES, "EL2"),
	N(pkvm_page_stats, guest, CTL_PAGES, "guests"),
	N(pkvm_page_stats, shared_hyp, CTL_PAGES, "host's, shared with EL2"),
	N(pkvm_page_stats, shared_guest, CTL_PAGES, "host's, shared with guests"),
};

FIELDS(ctl_owner_fields);

static const struct ctl_field ctl_host_s2_fields_list[] = {
	N(pkvm_page_stats, split_gibs, CTL_COUNT, "blocks of 1 GiB split"),
	N(pkvm_page_stats, split_blocks, CTL_COUNT, "blocks of 2 MiB split"),
	N(pkvm_page_stats, tables, CTL_PAGES, "tables"),
	N(pkvm_page_stats, tables_idle, CTL_PAGES, "of that: idle"),
	N(pkvm_page_stats, tables_spare, CTL_PAGES, "spare tables left"),
	N(pkvm_page_stats, refused, CTL_COUNT, "pages not taken"),
	N(pkvm_page_stats, faults_mapped, CTL_COUNT, "faults that mapped"),
	N(pkvm_page_stats, faults_raced, CTL_COUNT, "faults that came late"),
	N(pkvm_page_stats, violations, CTL_COUNT, "violations"),
};

FIELDS(ctl_host_s2_fields);

static const struct ctl_field ctl_cpu_fields_list[] = {
	K("behind_el2", pkvm_page_stats, cpus, CTL_COUNT, "behind EL2"),
	N(pkvm_page_stats, relayed, CTL_COUNT, "starts relayed"),
	N(pkvm_page_stats, entries_refused, CTL_COUNT, "starts refused"),
	N(pkvm_page_stats, smcs_passed, CTL_COUNT, "firmware calls passed"),
	N(pkvm_page_stats, smcs_refused, CTL_COUNT, "firmware calls refused"),
};

FIELDS(ctl_cpu_fields);

static const struct ctl_field ctl_arena_fields_list[] = {
	K("held", pkvm_page_stats, arena_held, CTL_PAGES, "held"),
	K("blocks", pkvm_page_stats, arena_blocks, CTL_COUNT, "blocks taken"),
	K("cut", pkvm_page_stats, arena_cut, CTL_PAGES, "cut for EL2"),
	K("missed", pkvm_page_stats, arena_missed, CTL_PAGES, "of that: others given"),
};

FIELDS(ctl_arena_fields);

static const struct ctl_field ctl_fault_fields_list[] = {
	N(pkvm_fault, address, CTL_HEX, "address"),
	W(pkvm_fault, owner, &ctl_owner_words, "owner"),
	{ "access", "access", CTL_FLAGS, CTL_MEMBER(struct pkvm_fault, access), &ctl_access_words,
	  true },
	N(pkvm_fault, va, CTL_HEX, "used as"),
	N(pkvm_fault, pc, CTL_HEX, "PC"),
	N(pkvm_fault, cpu, CTL_COUNT, "CPU"),
	O(pkvm_fault, lost, CTL_COUNT, "not told before"),
};

FIELDS(ctl_fault_fields);

static const struct ctl_field ctl_daemon_fields_list[] = {
	N(ctl_daemon_status, version, CTL_CHARS, "pkvmd"),
	N(ctl_daemon_status, state, CTL_CHARS, "sees EL2"),
	K("pressure", ctl_daemon_status, level, CTL_CHARS, "memory pressure"),
	N(ctl_daemon_status, target, CTL_PAGES, "reserve's target"),
	K("low_mark", ctl_daemon_status, low, CTL_PAGES, "reserve's low mark"),
	N(ctl_daemon_status, dry_run, CTL_BOOL, "dry run"),
	O(ctl_daemon_status, ping_pongs, CTL_COUNT, "ping-pongs"),
	N(ctl_daemon_status, probe_running, CTL_BOOL, "probe runs"),
	O(ctl_daemon_status, probe_reason, CTL_CHARS, "why not"),
};

FIELDS(ctl_daemon_fields);

static const struct ctl_field ctl_decision_fields_list[] = {
	N(ctl_decision, time_us, CTL_COUNT, "time"),
	N(ctl_decision, action, CTL_CHARS, "action"),
	N(ctl_decision, suppressed, CTL_CHARS, "suppressed"),
	N(ctl_decision, reason, CTL_CHARS, "reason"),
	N(ctl_decision, origin, CTL_CHARS, "origin"),
	N(ctl_decision, dry_run, CTL_BOOL, "dry run"),
	K("asked", ctl_decision, pages, CTL_PAGES, "asked for"),
	K("moved", ctl_decision, done, CTL_PAGES, "moved"),
	N(ctl_decision, reserve, CTL_PAGES, "reserve"),
	K("low_mark", ctl_decision, low, CTL_PAGES, "low mark"),
	N(ctl_decision, target, CTL_PAGES, "target"),
	N(ctl_decision, text, CTL_CHARS, "text"),
};

FIELDS(ctl_decision_fields);

static const struct ctl_field ctl_policy_fields_list[] = {
	N(ctl_policy_key, key, CTL_CHARS, "key"),
	N(ctl_policy_key, value, CTL_CHARS, "value"),
	N(ctl_policy_key, origin, CTL_CHARS, "origin"),
};

FIELDS(ctl_policy_fields);
