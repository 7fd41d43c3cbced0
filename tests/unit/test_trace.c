// SPDX-License-Identifier: GPL-2.0-or-later
/* EL2's events by hypercall: each CPU's ring of shared pages, and what is told of what happens. */
#include <string.h>

#include <pkvm/trace.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/hcall.h"
#include "../../kmod/hyp/heap.h"
#include "../../kmod/hyp/init.h"
#include "../../kmod/hyp/trace.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define RING_PAGES	4
#define MAX_RECORDS	4096

static struct host_regs regs;

/* All that was read, in the order of reading, and what was lost. */
static struct {
	struct pkvm_trace_record records[MAX_RECORDS];
	unsigned int nr;
	u64 overwritten, dropped;
} seen;

static s64 call(enum pkvm_hcall_nr nr, u64 a1, u64 a2)
{
	return host_call(&regs, nr, a1, a2, 0);
}

static phys_addr_t share_page(void)
{
	phys_addr_t pa = host_alloc();

	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SHARE_HYP, pa, 1, NULL), 0);
	return pa;
}

static void load(unsigned int nr)
{
	while (nr--)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_TRACE_LOAD, arch_env.cpu,
					       share_page(), NULL),
				 0);
}

static unsigned int unload(void)
{
	unsigned int nr = 0;

	for (;; nr++) {
		phys_addr_t pa;

		ck_assert_int_eq(call(PKVM_HCALL_TRACE_UNLOAD, arch_env.cpu, 0), 0);
		pa = regs.x[2];
		if (pa == PKVM_LIST_END)
			return nr;
		ck_assert_int_eq(call(PKVM_HCALL_UNSHARE_HYP, pa, 1), 0);
		host_free(pa);
	}
}

/* Begins to trace on this CPU with enough pages, and topped up so that nothing is requested. */
static void start(u64 events)
{
	memset(&seen, 0, sizeof(seen));
	host_topup(64, 0);
	load(RING_PAGES);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_ENABLE, events, 0), 0);
	ck_assert_uint_eq(regs.x[2], 0);
}

static bool swap(void)
{
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_SWAP, arch_env.cpu, 0), 0);
	seen.overwritten += regs.x[4];
	seen.dropped += regs.x[5];
	if (regs.x[2] == PKVM_LIST_END)
		return false;
	ck_assert_uint_le(regs.x[3], PKVM_TRACE_PAGE_RECORDS);
	memcpy(&seen.records[seen.nr], arch_env_page(regs.x[2]),
	       regs.x[3] * sizeof(seen.records[0]));
	seen.nr += regs.x[3];
	return true;
}

static void read_all(void)
{
	while (swap())
		;
}

/* The next record from *at on is this one, but for its time. */
static void expect(unsigned int *at, enum pkvm_trace_event event, u32 arg32, u64 arg0, u64 arg1)
{
	const struct pkvm_trace_record *record = &seen.records[*at];

	ck_assert_uint_lt(*at, seen.nr);
	ck_assert_uint_eq(record->event, event);
	ck_assert_uint_eq(record->arg32, arg32);
	ck_assert_uint_eq(record->arg[0], arg0);
	ck_assert_uint_eq(record->arg[1], arg1);
	++*at;
}

static unsigned int count(enum pkvm_trace_event event)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < seen.nr; i++)
		nr += seen.records[i].event == event;
	return nr;
}

START_TEST(a_vm_is_told_from_birth_to_death)
{
	unsigned int at = 0;
	u64 first, handle;

	start(PKVM_TRACE_ALL & ~PKVM_TRACE_BIT(PKVM_TRACE_HEAP_MAP));
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 3, 0), 0);
	handle = regs.x[2];
	ck_assert_int_eq(call(PKVM_HCALL_VCPU_CREATE, handle, 2), 0);
	host_destroy_vm(handle);
	read_all();
	first = seen.records[0].arg[0];
	expect(&at, PKVM_TRACE_HEAP_ALLOC, PKVM_TRACE_HEAP_MAIN, first, seen.records[0].arg[1]);
	expect(&at, PKVM_TRACE_VM_CREATE, handle, 3, 0);
	expect(&at, PKVM_TRACE_HEAP_ALLOC, PKVM_TRACE_HEAP_MAIN, seen.records[2].arg[0],
	       seen.records[2].arg[1]);
	expect(&at, PKVM_TRACE_VCPU_CREATE, handle, 2, 0);
	expect(&at, PKVM_TRACE_VCPU_DESTROY, handle, 2, 0);
	expect(&at, PKVM_TRACE_HEAP_FREE, PKVM_TRACE_HEAP_MAIN, seen.records[2].arg[0],
	       seen.records[2].arg[1]);
	expect(&at, PKVM_TRACE_VM_DESTROY, handle, 0, 0);
	expect(&at, PKVM_TRACE_HEAP_FREE, PKVM_TRACE_HEAP_MAIN, first, seen.records[0].arg[1]);
	ck_assert_uint_eq(at, seen.nr);
	for (unsigned int i = 1; i < seen.nr; i++)
		ck_assert_uint_gt(seen.records[i].time, seen.records[i - 1].time);
	mm_check();
}
END_TEST

/* The request, the pages that answer it, and the mapping of some of them. */
START_TEST(memory_is_told)
{
	u64 mapped = 0, asked;
	unsigned int at = 0;

	start(PKVM_TRACE_BIT(PKVM_TRACE_REQUEST) | PKVM_TRACE_BIT(PKVM_TRACE_PAGES) |
	      PKVM_TRACE_BIT(PKVM_TRACE_HEAP_MAP) | PKVM_TRACE_BIT(PKVM_TRACE_HEAP_UNMAP));
	host_reclaim(UINT64_MAX);
	read_all();
	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 512, 0), -HYP_ENOMEM);
	asked = regs.x[3];
	host_topup(asked, 0);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 512, 0), 0);
	host_destroy_vm(regs.x[2]);
	read_all();
	expect(&at, PKVM_TRACE_REQUEST, PKVM_CAUSE_VM, asked, 0);
	while (seen.records[at].event == PKVM_TRACE_PAGES) {
		mapped += seen.records[at].arg[0];
		ck_assert_uint_eq(seen.records[at++].arg32, PKVM_TRACE_HOST | PKVM_TRACE_HYP << 8);
	}
	ck_assert_uint_ge(mapped, asked);
	expect(&at, PKVM_TRACE_HEAP_MAP, PKVM_TRACE_HEAP_MAIN, seen.records[at].arg[0],
	       seen.records[at].arg[1]);
	ck_assert_uint_le(seen.records[at - 1].arg[1], asked);
	ck_assert_uint_eq(at, seen.nr);
	memset(&seen, 0, sizeof(seen));
	host_reclaim(UINT64_MAX);
	read_all();
	ck_assert_uint_gt(count(PKVM_TRACE_HEAP_UNMAP), 0);
	ck_assert_uint_gt(count(PKVM_TRACE_PAGES), 0);
}
END_TEST

START_TEST(a_fault_of_the_hosts_is_told)
{
	phys_addr_t pa = host_alloc();
	unsigned int at = 0;

	start(PKVM_TRACE_BIT(PKVM_TRACE_HOST_FAULT));
	*(u64 *)arch_env_page(pa) = PKVM_LIST_END;
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, pa, 1, 0), 0);
	host_donate(&pa, 1);
	ck_assert(!arch_env_host_access(pa + 8));
	read_all();
	expect(&at, PKVM_TRACE_HOST_FAULT, PKVM_TRACE_FAULT_VIOLATION, pa, ~(pa + 8));
	ck_assert_uint_eq(at, seen.nr);
}
END_TEST

/* As many events of the heap as its own counters say, with everything on and nothing lost. */
START_TEST(heap_events_agree_with_its_figures)
{
	struct pkvm_heap_stats before, after;

	start(PKVM_TRACE_BIT(PKVM_TRACE_HEAP_ALLOC) | PKVM_TRACE_BIT(PKVM_TRACE_HEAP_FREE));
	heap_stats(&main_heap, &before);
	for (unsigned int i = 0; i < 200; i++) {
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1 + i, 0, NULL), 0);
		if (i % 3)
			host_destroy_vm(regs.x[2]);
		swap();
	}
	read_all();
	heap_stats(&main_heap, &after);
	ck_assert_uint_eq(seen.overwritten + seen.dropped, 0);
	ck_assert_uint_eq(count(PKVM_TRACE_HEAP_ALLOC), after.allocs - before.allocs);
	ck_assert_uint_eq(count(PKVM_TRACE_HEAP_FREE), after.frees - before.frees);
	ck_assert_uint_eq(seen.nr, 200 + 133);
}
END_TEST

START_TEST(what_is_lost_is_counted)
{
	struct pkvm_heap_stats before, after;

	start(PKVM_TRACE_BIT(PKVM_TRACE_HEAP_ALLOC));
	heap_stats(&main_heap, &before);
	for (unsigned int i = 0; i < 1000; i++) {
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL), 0);
		host_destroy_vm(regs.x[2]);
	}
	/* The other CPU has no ring. */
	arch_env.cpu = 1;
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL), 0);
	ck_assert(!swap());
	ck_assert_uint_eq(seen.dropped, 1);
	arch_env.cpu = 0;
	read_all();
	heap_stats(&main_heap, &after);
	ck_assert_uint_gt(seen.overwritten, 0);
	ck_assert_uint_eq(seen.nr + seen.overwritten + seen.dropped, after.allocs - before.allocs);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_RESET, 0, 0), 0);
	ck_assert(!swap());
}
END_TEST

START_TEST(each_cpu_has_its_own)
{
	start(PKVM_TRACE_BIT(PKVM_TRACE_VM_CREATE));
	arch_env.cpu = 1;
	load(2);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL), 0);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_SWAP, 0, 0), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_UNLOAD, 0, 0), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_RESET, UINT64_C(1) << 32 | 1, 0), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, share_page()), -HYP_EINVAL);
	arch_env.cpu = 0;
	ck_assert(!swap());
	arch_env.cpu = 1;
	ck_assert(swap());
	ck_assert_uint_eq(seen.nr, 1);
	ck_assert_uint_eq(unload(), 2);
	arch_env.cpu = 0;
	ck_assert_uint_eq(unload(), RING_PAGES);
	mm_check();
}
END_TEST

START_TEST(pages_that_are_not_shared_are_refused)
{
	phys_addr_t pa = host_alloc();
	struct pkvm_heap_stats before, after;

	host_topup(64, 0);
	heap_stats(&main_heap, &before);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, pa), -HYP_EPERM);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, pa + 8), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, 0), -HYP_EFAULT);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, UINT64_MAX << 12), -HYP_EFAULT);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, arch_env.boot.boot_pa), -HYP_EPERM);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_ENABLE, PKVM_TRACE_ALL + 1, 0), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_ENABLE, UINT64_C(1) << 63, 0), -HYP_EINVAL);
	heap_stats(&main_heap, &after);
	ck_assert_mem_eq(&before, &after, sizeof(after));
	ck_assert_uint_eq(unload(), 0);
}
END_TEST

/* While EL2 may write to a page it stays shared, and EL2 stays. */
START_TEST(a_loaded_page_cannot_be_withdrawn)
{
	phys_addr_t pa;

	start(0);
	ck_assert_int_eq(call(PKVM_HCALL_TEARDOWN, 0, 0), -HYP_EBUSY);
	pa = share_page();
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, pa), 0);
	ck_assert_int_eq(call(PKVM_HCALL_UNSHARE_HYP, pa, 1), -HYP_EBUSY);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, 1, 0), -HYP_EPERM);
	ck_assert_uint_eq(unload(), RING_PAGES + 1);
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	mm_check();
}
END_TEST

/* With nothing in stock: loading asks for what it needs, and changes nothing until it has it. */
START_TEST(loading_asks_for_pages)
{
	phys_addr_t pa = share_page();
	struct pkvm_heap_stats stats;

	host_reclaim(UINT64_MAX);
	ck_assert_int_eq(call(PKVM_HCALL_TRACE_LOAD, 0, pa), -HYP_ENOMEM);
	ck_assert_uint_gt(regs.x[3], 0);
	heap_stats(&main_heap, &stats);
	ck_assert_uint_eq(stats.allocs, 0);
	ck_assert_int_eq(call(PKVM_HCALL_UNSHARE_HYP, pa, 1), 0);
	host_free(pa);
	load(3);
	ck_assert_uint_eq(unload(), 3);
	host_teardown();
	mm_check();
}
END_TEST

START_TEST(off_is_off)
{
	start(0);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 1, 0), 0);
	read_all();
	ck_assert_uint_eq(seen.nr + seen.dropped + seen.overwritten, 0);
	ck_assert_uint_eq(trace_mask, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, a_vm_is_told_from_birth_to_death);
	tcase_add_test(tcase, memory_is_told);
	tcase_add_test(tcase, a_fault_of_the_hosts_is_told);
	tcase_add_test(tcase, heap_events_agree_with_its_figures);
	tcase_add_test(tcase, what_is_lost_is_counted);
	tcase_add_test(tcase, each_cpu_has_its_own);
	tcase_add_test(tcase, pages_that_are_not_shared_are_refused);
	tcase_add_test(tcase, a_loaded_page_cannot_be_withdrawn);
	tcase_add_test(tcase, loading_asks_for_pages);
	tcase_add_test(tcase, off_is_off);
	return hyp_suite_run("trace", tcase);
}
