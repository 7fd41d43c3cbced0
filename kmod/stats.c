// SPDX-License-Identifier: GPL-2.0-only
/* The host's counters, and EL2's statistics by hypercall. */
#include <linux/atomic.h>
#include <linux/string.h>

#include "hcall.h"
#include "stats.h"

/* Independent of each other: no order between them is promised. */
static atomic64_t counts[PKVM_COUNTS];

void pkvm_count(enum pkvm_count what, s64 n)
{
	atomic64_add(n, &counts[what]);
}

u64 pkvm_counted(enum pkvm_count what)
{
	return atomic64_read(&counts[what]);
}

s64 pkvm_pages_out(void)
{
	return pkvm_counted(PKVM_COUNT_DONATED) - pkvm_counted(PKVM_COUNT_RETURNED);
}

/* A hypercall with one argument that returns a struct, one u64 a register from x2 on. */
static int fetch(enum pkvm_hcall_nr nr, u64 arg, void *ret, size_t size)
{
	struct arm_smccc_1_2_regs regs = { .a1 = arg };
	int err = pkvm_hcall(nr, &regs);

	if (!err)
		memcpy(ret, (unsigned long *)&regs + 2, size);
	return err;
}

int pkvm_stats_heap(struct pkvm_heap_stats *ret)
{
	return fetch(PKVM_HCALL_STATS, PKVM_STATS_HEAP, ret, sizeof(*ret));
}

int pkvm_stats_mem(struct pkvm_mem_stats *ret)
{
	return fetch(PKVM_HCALL_STATS, PKVM_STATS_MEM, ret, sizeof(*ret));
}

int pkvm_stats_pages(struct pkvm_page_stats *ret)
{
	return fetch(PKVM_HCALL_STATS, PKVM_STATS_PAGES, ret, sizeof(*ret));
}

int pkvm_stats_cpus(struct pkvm_cpu_stats *ret)
{
	return fetch(PKVM_HCALL_STATS, PKVM_STATS_CPUS, ret, sizeof(*ret));
}

int pkvm_stats_vm(u32 handle, struct pkvm_vm_info *ret)
{
	return fetch(PKVM_HCALL_VM_INFO, handle, ret, sizeof(*ret));
}
