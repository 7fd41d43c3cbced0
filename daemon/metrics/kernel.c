// SPDX-License-Identifier: GPL-2.0-or-later
/* The module's figures as metrics: what each is called and measures. */
#include "kernel.h"

#include <errno.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* clang-format off */

/* Rows: a family of one sample; one of several told apart by a label; a further one of these. */
#define GAUGE(name, unit, struct_, member, help) \
	{ { name, OM_GAUGE, unit, help }, { NULL, NULL }, OM_MEMBER(struct struct_, member) }
#define COUNTER(name, unit, struct_, member, help) \
	{ { name, OM_COUNTER, unit, help }, { NULL, NULL }, OM_MEMBER(struct struct_, member) }
#define FIRST(name, type, unit, key, value, struct_, member, help) \
	{ { name, type, unit, help }, { key, value }, OM_MEMBER(struct struct_, member) }
#define ALSO(key, value, struct_, member) \
	{ { NULL, OM_GAUGE, OM_COUNT, NULL }, { key, value }, OM_MEMBER(struct struct_, member) }

/* clang-format on */

static const struct om_metric heap_table[] = {
	GAUGE("pkvm_heap_size_bytes", OM_BYTES, pkvm_stats_heap, size,
	      "Address range of EL2's heap, mapped or not"),
	GAUGE("pkvm_heap_used_bytes", OM_BYTES, pkvm_stats_heap, used,
	      "Allocated in EL2's heap, headers included"),
	GAUGE("pkvm_heap_mapped_bytes", OM_BYTES, pkvm_stats_heap, mapped,
	      "Backed by pages in EL2's heap"),
	GAUGE("pkvm_heap_free_mapped_bytes", OM_BYTES, pkvm_stats_heap, free_mapped,
	      "Backed by pages in EL2's heap, but not allocated"),
	GAUGE("pkvm_heap_largest_free_bytes", OM_BYTES, pkvm_stats_heap, largest_free,
	      "The largest mapped free piece of EL2's heap"),
	GAUGE("pkvm_heap_holes", OM_COUNT, pkvm_stats_heap, holes,
	      "Unmapped regions between chunks of EL2's heap"),
	FIRST("pkvm_heap_chunks", OM_GAUGE, OM_COUNT, "state", "used", pkvm_stats_heap, chunks_used,
	      "Chunks of EL2's heap"),
	ALSO("state", "free", pkvm_stats_heap, chunks_free),
	GAUGE("pkvm_heap_reclaimable_bytes", OM_PAGES, pkvm_stats_heap, reclaimable,
	      "Pages of EL2's heap that hold nothing"),
	COUNTER("pkvm_heap_allocs", OM_COUNT, pkvm_stats_heap, allocs,
		"Allocations from EL2's heap"),
	COUNTER("pkvm_heap_frees", OM_COUNT, pkvm_stats_heap, frees, "Frees to EL2's heap"),
	COUNTER("pkvm_heap_failures", OM_COUNT, pkvm_stats_heap, failures,
		"Allocations that EL2's heap had to refuse"),
	COUNTER("pkvm_heap_misuses", OM_COUNT, pkvm_stats_heap, misuses,
		"Frees that EL2's heap refused, of what is no live allocation"),
};

static const struct om_metric mem_table[] = {
	FIRST("pkvm_owned_bytes", OM_GAUGE, OM_PAGES, "use", "boot", pkvm_stats_mem, boot,
	      "Memory that EL2 owns, by what it is used for"),
	ALSO("use", "stock", pkvm_stats_mem, stock),
	ALSO("use", "heap", pkvm_stats_mem, heap),
	ALSO("use", "tables", pkvm_stats_mem, tables),
	ALSO("use", "vmemmap", pkvm_stats_mem, vmemmap),
	GAUGE("pkvm_credited_bytes", OM_PAGES, pkvm_stats_mem, credited,
	      "Stock that is kept for the retry of a hypercall"),
	GAUGE("pkvm_reclaimable_bytes", OM_PAGES, pkvm_stats_mem, reclaimable,
	      "Memory that EL2 could give back or use without asking: the reserve"),
	COUNTER("pkvm_requests", OM_COUNT, pkvm_stats_mem, requests,
		"Hyp requests: times that EL2 ran out of pages"),
	COUNTER("pkvm_requested_bytes", OM_PAGES, pkvm_stats_mem, requested,
		"Memory that hyp requests asked for"),
	COUNTER("pkvm_topups", OM_COUNT, pkvm_stats_mem, topups, "Top-up calls to EL2"),
	COUNTER("pkvm_topped_up_bytes", OM_PAGES, pkvm_stats_mem, topped_up,
		"Memory that EL2 took in top-ups"),
	COUNTER("pkvm_topup_refusals", OM_COUNT, pkvm_stats_mem, topup_refused,
		"Top-up calls that EL2 refused"),
	COUNTER("pkvm_reclaims", OM_COUNT, pkvm_stats_mem, reclaims, "Reclaim calls to EL2"),
	COUNTER("pkvm_reclaimed_bytes", OM_PAGES, pkvm_stats_mem, reclaimed,
		"Memory that EL2 gave back"),
	GAUGE("pkvm_vms", OM_COUNT, pkvm_stats_mem, vms, "Virtual machines at EL2"),
	GAUGE("pkvm_vcpus", OM_COUNT, pkvm_stats_mem, vcpus, "Virtual CPUs at EL2"),
};

static const struct om_metric host_table[] = {
	FIRST("pkvm_host_requests", OM_COUNTER, OM_COUNT, "cause", "vm", pkvm_stats_host,
	      requests_vm, "Hyp requests that the host served, by what they were for"),
	ALSO("cause", "vcpu", pkvm_stats_host, requests_vcpu),
	ALSO("cause", "selftest", pkvm_stats_host, requests_selftest),
	ALSO("cause", "other", pkvm_stats_host, requests_other),
	COUNTER("pkvm_host_request_retries", OM_COUNT, pkvm_stats_host, request_retries,
		"Hypercalls called again after a top-up"),
	COUNTER("pkvm_host_request_failures", OM_COUNT, pkvm_stats_host, request_failures,
		"Hypercalls given up for want of pages"),
	FIRST("pkvm_host_topup_bytes", OM_COUNTER, OM_PAGES, "kind", "range", pkvm_stats_host,
	      topup_range_pages, "Memory topped up, as contiguous blocks or as lists of pages"),
	ALSO("kind", "list", pkvm_stats_host, topup_list_pages),
	COUNTER("pkvm_host_topup_failures", OM_COUNT, pkvm_stats_host, topup_failures,
		"Top-ups that fell short"),
	COUNTER("pkvm_host_alloc_failures", OM_COUNT, pkvm_stats_host, alloc_failures,
		"Times that the host had no page to give"),
	COUNTER("pkvm_host_reclaims", OM_COUNT, pkvm_stats_host, reclaims,
		"Reclaims that somebody asked for"),
	COUNTER("pkvm_host_reclaimed_bytes", OM_PAGES, pkvm_stats_host, reclaimed,
		"Memory that these brought"),
	COUNTER("pkvm_host_shrinks", OM_COUNT, pkvm_stats_host, shrinks,
		"Reclaims by the kernel's shrinker"),
	COUNTER("pkvm_host_shrunk_bytes", OM_PAGES, pkvm_stats_host, shrunk,
		"Memory that these brought"),
	COUNTER("pkvm_host_shrink_backoffs", OM_COUNT, pkvm_stats_host, shrink_backoffs,
		"Times that the shrinker left EL2 alone"),
	COUNTER("pkvm_host_vms_created", OM_COUNT, pkvm_stats_host, vms_created,
		"Virtual machines created"),
	COUNTER("pkvm_host_vms_destroyed", OM_COUNT, pkvm_stats_host, vms_destroyed,
		"Virtual machines destroyed"),
	COUNTER("pkvm_host_donated_bytes", OM_PAGES, pkvm_stats_host, donated,
		"Memory donated to EL2 since the module was loaded"),
	COUNTER("pkvm_host_returned_bytes", OM_PAGES, pkvm_stats_host, returned,
		"Memory that came back from EL2 since the module was loaded"),
	COUNTER("pkvm_host_events_lost", OM_COUNT, pkvm_stats_host, events_lost,
		"Notifications that the module could not send"),
};

static const struct om_metric page_table[] = {
	FIRST("pkvm_page_owned_bytes", OM_GAUGE, OM_PAGES, "owner", "host", pkvm_page_stats, host,
	      "RAM by its owner"),
	ALSO("owner", "hyp", pkvm_page_stats, hyp),
	GAUGE("pkvm_host_stage2_tables_bytes", OM_PAGES, pkvm_page_stats, tables,
	      "Tables of the host's stage-2 translation"),
	FIRST("pkvm_host_stage2_faults", OM_COUNTER, OM_COUNT, "result", "mapped", pkvm_page_stats,
	      faults_mapped, "The host's stage-2 faults, by what came of them"),
	ALSO("result", "raced", pkvm_page_stats, faults_raced),
	ALSO("result", "violation", pkvm_page_stats, violations),
	GAUGE("pkvm_cpus", OM_COUNT, pkvm_page_stats, cpus, "CPUs behind EL2"),
	FIRST("pkvm_cpu_starts", OM_COUNTER, OM_COUNT, "result", "relayed", pkvm_page_stats,
	      relayed, "Starts of CPUs, by what came of them"),
	ALSO("result", "refused", pkvm_page_stats, entries_refused),
	FIRST("pkvm_firmware_calls", OM_COUNTER, OM_COUNT, "result", "passed", pkvm_page_stats,
	      smcs_passed, "The host's calls to the firmware, by what came of them"),
	ALSO("result", "refused", pkvm_page_stats, smcs_refused),
};

static const struct om_metric shrinker_table[] = {
	GAUGE("pkvm_shrinker_enabled", OM_COUNT, pkvm_shrinker, enabled,
	      "Whether the kernel's memory pressure takes pages back by itself (1) or not (0)"),
	GAUGE("pkvm_shrinker_seeks", OM_COUNT, pkvm_shrinker, seeks,
	      "What the shrinker says that a page costs to get back"),
	GAUGE("pkvm_shrinker_batch_bytes", OM_PAGES, pkvm_shrinker, batch,
	      "What the shrinker is asked for at a time"),
	GAUGE("pkvm_shrinker_reserve_bytes", OM_PAGES, pkvm_shrinker, reserve,
	      "Reclaimable memory that the shrinker leaves at EL2"),
};

int kernel_metrics_get(struct pkvm_client *client, struct kernel_metrics *ret)
{
	struct kernel_metrics metrics = { .has_info = true };
	int err = pkvm_get_info(client, &metrics.info);

	if (!err)
		err = pkvm_get_shrinker(client, &metrics.shrinker);
	if (!err && metrics.info.state == PKVM_STATE_LIVE) {
		metrics.has_stats = true;
		err = pkvm_get_stats(client, &metrics.stats);
		if (!err)
			err = pkvm_get_page_stats(client, &metrics.pages);
	}
	if (err == -ENODEV)
		metrics = (struct kernel_metrics){ 0 };
	else if (err)
		return err;
	*ret = metrics;
	return 0;
}

static void write_info(struct om_writer *writer, const struct pkvm_info *info)
{
	const struct om_family family = { "pkvm_module", OM_INFO, OM_COUNT,
					  "The module that is loaded" };
	const struct om_label labels[] = {
		{ "version", info->module_version },
		{ "provider", info->provider == PKVM_PROVIDER_EL2 ? "el2" : "kvm" },
	};

	om_begin(writer, &family);
	om_sample(writer, labels, ARRAY_SIZE(labels), 1);
}

static void write_up(struct om_writer *writer, bool loaded, bool live)
{
	const struct om_family module = { "pkvm_module_loaded", OM_GAUGE, OM_COUNT,
					  "Whether the module is loaded (1) or not (0)" };
	const struct om_family el2 = { "pkvm_el2_live", OM_GAUGE, OM_COUNT,
				       "Whether EL2 is the module's and lives (1) or not (0)" };

	om_begin(writer, &module);
	om_sample(writer, NULL, 0, loaded);
	om_begin(writer, &el2);
	om_sample(writer, NULL, 0, live);
}

void kernel_metrics_write(struct om_writer *writer, const struct kernel_metrics *metrics)
{
	write_up(writer, metrics->has_info, metrics->has_stats);
	if (!metrics->has_info)
		return;
	write_info(writer, &metrics->info);
	om_table(writer, shrinker_table, ARRAY_SIZE(shrinker_table), &metrics->shrinker);
	if (!metrics->has_stats)
		return;
	om_table(writer, heap_table, ARRAY_SIZE(heap_table), &metrics->stats.heap);
	om_table(writer, mem_table, ARRAY_SIZE(mem_table), &metrics->stats.mem);
	om_table(writer, host_table, ARRAY_SIZE(host_table), &metrics->stats.host);
	om_table(writer, page_table, ARRAY_SIZE(page_table), &metrics->pages);
}
