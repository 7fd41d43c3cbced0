// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls about pages: what goes in, what comes back, and how many there are. */
#include "hcall.h"

#include "errno.h"
#include "heap.h"
#include "host_fault.h"
#include "init.h"
#include "psci.h"
#include "reclaim.h"
#include "stock.h"
#include "string.h"
#include "topup.h"
#include "trace.h"
#include "vm.h"

_Static_assert(sizeof(struct pkvm_mem_stats) <= PKVM_STATS_REGS * 8, "fits x2 to x17");

int hcall_version(struct hcall *call)
{
	call->ret[2] = PKVM_ABI_VERSION;
	call->ret[3] = HYP_TRACE ? PKVM_FEAT_TRACE : 0;
#ifdef CONFIG_HYP_DEBUG
	call->ret[3] |= PKVM_FEAT_DEBUG;
#endif
	return 0;
}

static void stats_heap(u64 *ret)
{
	struct pkvm_heap_stats stats;

	heap_stats(&main_heap, &stats);
	memcpy(ret, &stats, sizeof(stats));
}

static void stats_mem(u64 *ret)
{
	struct pkvm_mem_stats stats;

	vm_count(&stats.vms, &stats.vcpus);
	mm_stats(&stats);
	memcpy(ret, &stats, sizeof(stats));
}

static void stats_pages(u64 *ret)
{
	struct pkvm_page_stats stats;

	mm_page_stats(&stats);
	memcpy(ret, &stats, sizeof(stats));
}

static void stats_cpus(u64 *ret)
{
	struct pkvm_cpu_stats stats;

	psci_stats(&stats);
	memcpy(ret, &stats, sizeof(stats));
}

int hcall_stats(struct hcall *call)
{
	switch (call->arg[1]) {
	case PKVM_STATS_HEAP:
		stats_heap(&call->ret[2]);
		return 0;
	case PKVM_STATS_MEM:
		stats_mem(&call->ret[2]);
		return 0;
	case PKVM_STATS_PAGES:
		stats_pages(&call->ret[2]);
		return 0;
	case PKVM_STATS_CPUS:
		stats_cpus(&call->ret[2]);
		return 0;
	default:
		return -HYP_EINVAL;
	}
}

/* With an error all there was is left. */
static int topup_result(struct hcall *call, const struct topup *done, int err)
{
	call->ret[2] = err ? call->arg[1] : done->left;
	call->ret[3] = err ? call->arg[2] : done->nr_left;
	call->ret[4] = done->joined;
	return err;
}

int hcall_topup_list(struct hcall *call)
{
	struct topup done;
	int err = topup_list(call->arg[1], call->arg[2], call->arg[3], &done);

	return topup_result(call, &done, err);
}

int hcall_topup_range(struct hcall *call)
{
	struct topup done;
	int err = topup_range(call->arg[1], call->arg[2], call->arg[3], &done);

	return topup_result(call, &done, err);
}

int hcall_credit_drop(struct hcall *call)
{
	return stock_credit_drop(call->arg[1]);
}

static void put_list(struct hcall *call, const struct page_list *list)
{
	call->ret[2] = list->head;
	call->ret[3] = list->nr;
}

int hcall_reclaim(struct hcall *call)
{
	struct page_list list;

	reclaim(call->arg[1], &list);
	put_list(call, &list);
	return 0;
}

int hcall_reclaimable(struct hcall *call)
{
	call->ret[2] = reclaimable();
	return 0;
}

int hcall_teardown(struct hcall *call)
{
	struct page_list list;
	int err = teardown(&list);

	if (!err)
		put_list(call, &list);
	return err;
}

/* Who leaves can take EL2 for itself. */
int hcall_cpu_leave(struct hcall *call)
{
	int err = mm_retire();

	(void)call;
	if (!err)
		cpu_leave();
	return err;
}

int hcall_violations(struct hcall *call)
{
	struct pkvm_violation violations[PKVM_VIOLATION_ENTRIES];
	u64 next = call->arg[1];
	unsigned int nr = host_violations(&next, violations);

	memcpy(&call->ret[4], violations, nr * sizeof(*violations));
	call->ret[2] = next;
	call->ret[3] = nr;
	return 0;
}

int hcall_page_state(struct hcall *call)
{
	struct page_info info;
	int err = mm_page_info(call->arg[1], &info);

	if (err)
		return err;
	call->ret[2] = info.owner;
	call->ret[3] = info.use;
	call->ret[4] = info.count;
	return 0;
}
