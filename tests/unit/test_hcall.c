// SPDX-License-Identifier: GPL-2.0-or-later
/* Hypercalls: ids, registers, the calls about the heap, and any nonsense in any register. */
#include <string.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/hcall.h"
#include "../../kmod/hyp/heap.h"
#include "../../kmod/hyp/init.h"
#include "../../kmod/hyp/selftest.h"
#include "../../kmod/hyp/vm.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define NOT_SUPPORTED	UINT64_MAX
#define RANDOM_CALLS	300000

static struct host_regs regs;

static s64 call(enum pkvm_hcall_nr nr, u64 a1)
{
	return host_call(&regs, nr, a1, 0, 0);
}

/* Dispatch */

START_TEST(unknown_ids_are_not_supported)
{
	static const u64 ids[] = {
		0, 1, 0xff, UINT64_MAX, PKVM_HCALL_ID(PKVM_HCALL_COUNT), PKVM_HCALL_BASE - 1,
		PKVM_HCALL_ID(PKVM_HCALL_DEBUG_PANIC),	/* this is no debug build */
		PKVM_HCALL_BASE ^ BIT(31), PKVM_HCALL_BASE ^ BIT(30), PKVM_HCALL_BASE ^ BIT(17),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		struct host_regs expected = { .x = { NOT_SUPPORTED } };

		regs = (struct host_regs){ .x = { ids[i] } };
		for (unsigned int x = 1; x < HCALL_REGS; x++)
			regs.x[x] = expected.x[x] = host_random(UINT64_MAX);
		hyp_hcall(regs.x);
		ck_assert_mem_eq(&regs, &expected, sizeof(regs));
	}
}
END_TEST

START_TEST(only_the_low_half_without_its_hint_is_the_id)
{
	static const u64 noise[] = { BIT(16), BIT(32), BIT(63), ~UINT64_C(0xffffffff) };

	for (unsigned int i = 0; i < ARRAY_SIZE(noise); i++) {
		regs = (struct host_regs){ .x = { PKVM_HCALL_ID(PKVM_HCALL_VERSION) | noise[i] } };
		hyp_hcall(regs.x);
		ck_assert_uint_eq(regs.x[0], 0);
		ck_assert_uint_eq(regs.x[2], PKVM_ABI_VERSION);
	}
}
END_TEST

START_TEST(undefined_results_are_zero)
{
	memset(&regs, 0xff, sizeof(regs));
	regs.x[0] = PKVM_HCALL_ID(PKVM_HCALL_VERSION);
	hyp_hcall(regs.x);
	ck_assert_uint_eq(regs.x[2], PKVM_ABI_VERSION);
	ck_assert_uint_eq(regs.x[3], PKVM_FEAT_TRACE);
	for (unsigned int x = 4; x < HCALL_REGS; x++)
		ck_assert_uint_eq(regs.x[x], 0);
	ck_assert_uint_eq(regs.x[0] | regs.x[1], 0);
}
END_TEST

START_TEST(stats_come_by_group)
{
	struct pkvm_heap_stats heap;
	struct pkvm_mem_stats mem;

	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 7, 0, NULL), 0);
	ck_assert_int_eq(call(PKVM_HCALL_STATS, PKVM_STATS_HEAP), 0);
	memcpy(&heap, &regs.x[2], sizeof(heap));
	ck_assert_uint_eq(heap.size, arch_env.boot.heap_size);
	ck_assert_uint_eq(heap.chunks_used, 1);
	ck_assert_int_eq(call(PKVM_HCALL_STATS, PKVM_STATS_MEM), 0);
	memcpy(&mem, &regs.x[2], sizeof(mem));
	ck_assert_uint_eq(mem.boot, arch_env.boot.boot_pages);
	ck_assert_uint_eq(mem.heap, heap.mapped >> HYP_PAGE_SHIFT);
	ck_assert_uint_eq(mem.vms, 1);
	ck_assert_int_eq(call(PKVM_HCALL_STATS, PKVM_STATS_GROUPS), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_STATS, UINT64_MAX), -HYP_EINVAL);
}
END_TEST

static enum pkvm_use use_of(phys_addr_t pa)
{
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, pa), 0);
	ck_assert_uint_eq(regs.x[2],
			  regs.x[3] == PKVM_USE_HOST ? PKVM_OWNER_HOST : PKVM_OWNER_HYP);
	return regs.x[3];
}

/* Of all pages: each use is counted as often as the statistics say. */
START_TEST(pages_tell_what_they_are)
{
	u64 uses[PKVM_USE_BOOT + 1] = {}, handle;
	struct pkvm_mem_stats mem = {};

	host_topup(300, 0);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 7, 0, NULL), 0);
	handle = regs.x[2];
	for (u64 i = 0; i < arch_env.nr_pages; i++)
		uses[use_of(arch_env_page_pa(i))]++;
	mm_stats(&mem);
	ck_assert_uint_eq(uses[PKVM_USE_STOCK], mem.stock);
	ck_assert_uint_eq(uses[PKVM_USE_HEAP], mem.heap);
	ck_assert_uint_eq(uses[PKVM_USE_TABLE] + uses[PKVM_USE_HOST_S2], mem.tables);
	ck_assert_uint_eq(uses[PKVM_USE_VMEMMAP], mem.vmemmap_pages);
	ck_assert_uint_eq(uses[PKVM_USE_HOST], arch_env.nr_pages - host_donated() -
						       uses[PKVM_USE_BOOT]);
	ck_assert_int_eq(use_of(arch_env.boot.boot_pa), PKVM_USE_BOOT);
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, arch_env_page_pa(0) + 1), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, BIT(47)), -HYP_EFAULT);
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, UINT64_MAX << 12), -HYP_EFAULT);
	ck_assert_int_eq(call(PKVM_HCALL_VM_DESTROY, handle), 0);
}
END_TEST

START_TEST(teardown_leaves_few_calls)
{
	static const enum pkvm_hcall_nr alive[] = {
		PKVM_HCALL_VERSION, PKVM_HCALL_STATS, PKVM_HCALL_TEARDOWN, PKVM_HCALL_CPU_LEAVE,
		PKVM_HCALL_VIOLATIONS,
	};
	bool answered[PKVM_HCALL_COUNT] = {
		[PKVM_HCALL_CRASH] = true,
		[PKVM_HCALL_PAGE_STATE] = true,
	};

	host_topup(10, 0);
	ck_assert_int_eq(call(PKVM_HCALL_TEARDOWN, 0), 0);
	host_take_back(regs.x[2], regs.x[3]);
	for (unsigned int i = 0; i < ARRAY_SIZE(alive); i++)
		answered[alive[i]] = true;
	for (unsigned int nr = 0; nr < PKVM_HCALL_DEBUG_PANIC; nr++)
		if (!answered[nr])
			ck_assert_int_eq(call(nr, 1), -HYP_ESHUTDOWN);
	ck_assert_int_eq(call(PKVM_HCALL_CRASH, 0), -HYP_ENODATA);
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, arch_env.boot.boot_pa), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(alive); i++) {
		ck_assert_int_eq(call(alive[i], 0), 0);
		if (alive[i] == PKVM_HCALL_TEARDOWN)
			host_take_back(regs.x[2], regs.x[3]);
	}
	host_teardown();
	mm_check();
}
END_TEST

/* The heap: map, check, self-test */

static void make_vms(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1 + i, 0, NULL), 0);
}

START_TEST(heap_map_covers_the_range)
{
	u64 cursor = 0, expected = 0, used = 0;

	make_vms(100);
	host_destroy_vm(50);
	do {
		ck_assert_int_eq(call(PKVM_HCALL_HEAP_MAP, cursor), 0);
		ck_assert_uint_le(regs.x[3], PKVM_MAP_ENTRIES);
		for (unsigned int i = 0; i < regs.x[3]; i++) {
			u64 chunk = regs.x[4 + 2 * i], spans = regs.x[5 + 2 * i];

			ck_assert_uint_eq(chunk & ~UINT64_C(0xf), expected);
			expected += (u32)spans;
			used += (chunk & 0xf) == PKVM_CHUNK_USED;
		}
		cursor = regs.x[2];
	} while (cursor);
	ck_assert_uint_eq(expected, arch_env.boot.heap_size);
	ck_assert_uint_eq(used, 99);
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_MAP, UINT64_MAX), -HYP_EINVAL);
	ck_assert_uint_eq(regs.x[2], 0);
}
END_TEST

static u64 create_vcpus(u64 handle, u64 nr)
{
	for (u64 i = 0; i < nr; i++)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VCPU_CREATE, handle, i, NULL), 0);
	return handle;
}

START_TEST(heap_check_comes_to_an_end)
{
	u64 cursor = 0, calls = 0;

	make_vms(2);
	create_vcpus(2, 2);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 512, 0, NULL), 0);
	create_vcpus(3, 512);
	do {
		ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, cursor), 0);
		ck_assert_uint_ne(regs.x[2], cursor);
		cursor = regs.x[2];
		calls++;
	} while (cursor);
	ck_assert_uint_gt(calls, 2);
	ck_assert_uint_eq(regs.x[3], PKVM_CHECK_OK);
	ck_assert_uint_eq(regs.x[4], 0);
}
END_TEST

START_TEST(heap_check_tells_who_was_interrupted)
{
	u64 first, second;

	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, 1), -HYP_EINVAL);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 512, 0, NULL), 0);
	create_vcpus(1, 512);
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, 0), 0);
	first = regs.x[2];
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, 0), 0);
	second = regs.x[2];
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, first), -HYP_EBUSY);
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, second + 1), -HYP_EINVAL);
	while (second) {
		ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, second), 0);
		first = second;
		second = regs.x[2];
	}
	/* It is done: neither the last cursor nor the one after it goes on. */
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, first), -HYP_EBUSY);
	ck_assert_int_eq(call(PKVM_HCALL_HEAP_CHECK, first + 1), -HYP_EBUSY);
}
END_TEST

/* Runs it to its end. Returns the line it reports. */
static u64 run_selftest(u64 *ret_requests)
{
	unsigned int requests;
	u64 step = 0;

	*ret_requests = 0;
	do {
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, step, 0, &requests), 0);
		ck_assert_uint_le(requests, 1);
		*ret_requests += requests;
		ck_assert_uint_lt(regs.x[2], regs.x[3]);
		step = regs.x[2];
		mm_check();
	} while (step);
	return regs.x[4];
}

START_TEST(selftest_passes_and_leaves_nothing)
{
	struct pkvm_heap_stats stats;
	u64 requests;

	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(run_selftest(&requests), 0);
		ck_assert_uint_ge(requests, 3);
		heap_stats(&selftest_heap, &stats);
		ck_assert_uint_eq(stats.mapped, 0);
		host_reclaim(UINT64_MAX);
	}
}
END_TEST

START_TEST(selftest_steps_come_in_order)
{
	u64 requests;

	ck_assert_int_eq(call(PKVM_HCALL_SELFTEST, 1), -HYP_EINVAL);
	ck_assert_int_eq(call(PKVM_HCALL_SELFTEST, UINT64_MAX), -HYP_EINVAL);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, 0, 0, NULL), 0);
	ck_assert_uint_eq(regs.x[2], 1);
	ck_assert_int_eq(call(PKVM_HCALL_SELFTEST, 2), -HYP_EINVAL);
	/* From the start again: what was begun is dropped. */
	ck_assert_uint_eq(run_selftest(&requests), 0);
	mm_check();
}
END_TEST

/* Something in EL2 overwrites what the self-test has allocated: it says where it saw that. */
START_TEST(selftest_finds_what_is_broken)
{
	u64 requests, line;

	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, 0, 0, NULL), 0);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, 1, 0, NULL), 0);
	memset((void *)(selftest_heap.va + 16), 0, 64);
	for (u64 step = 2; (step = regs.x[2]);)
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_SELFTEST, step, 0, NULL), 0);
	line = regs.x[4];
	ck_assert_uint_gt(line, 0);
	mm_check();
	ck_assert_uint_eq(run_selftest(&requests), 0);
}
END_TEST

/* Any id, any argument */

/* The last handle of each slot. */
static u64 handles[PKVM_MAX_VMS + 1];

/* Values that get somewhere: small ones, addresses of RAM, handles, borders; and noise. */
static u64 random_argument(void)
{
	switch (host_random(8)) {
	case 0:
		return handles[1 + host_random(4)];
	case 1:
		return host_random(4);
	case 2:
		return host_random(600);
	case 3:
		return arch_env_page_pa(host_random(arch_env.nr_pages));
	case 4:
		return host_random(256) | host_random(4) << 8;
	case 5:
		return BIT(host_random(64)) - host_random(2);
	case 6:
		return regs.x[host_random(HCALL_REGS)];
	default:
		return host_random(UINT64_MAX);
	}
}

static u64 random_id(void)
{
	return host_random(50) ? PKVM_HCALL_ID(host_random(PKVM_HCALL_COUNT)) : random_argument();
}

/* The id that EL2 sees, see hcall.c. */
static unsigned int call_number(u64 x0)
{
	return ((u32)x0 & ~BIT(16)) - PKVM_HCALL_BASE;
}

/* Calls that succeeded, by number. */
static u64 successes[PKVM_HCALL_COUNT];

/* Pages that are in use from now on, some of them already. */
static void claim(phys_addr_t pa, u64 nr)
{
	for (; nr; nr--, pa += HYP_PAGE_SIZE)
		if (host_page_state(pa) == HOST_FREE)
			host_alloc_range(pa, 1);
}

/* What the host has to remember of a call that succeeded. */
static void note_success(const struct host_regs *in)
{
	successes[call_number(in->x[0])]++;
	switch (call_number(in->x[0])) {
	case PKVM_HCALL_TOPUP_LIST:
		/* A guest's page that has come back is zero: a list of one. */
		ck_assert_uint_eq(in->x[2], 1);
		if (regs.x[3])
			break;
		/* fall through */
	case PKVM_HCALL_TOPUP_RANGE:
		claim(in->x[1], in->x[2]);
		host_donate_range(in->x[1], in->x[2]);
		break;
	case PKVM_HCALL_SHARE_HYP:
		claim(in->x[1], in->x[2]);
		break;
	case PKVM_HCALL_GUEST_DONATE:
		claim(in->x[2], in->x[4]);
		break;
	case PKVM_HCALL_GUEST_SHARE:
		claim(in->x[2], in->x[4]);
		break;
	case PKVM_HCALL_RECLAIM:
		host_take_back(regs.x[2], regs.x[3]);
		break;
	case PKVM_HCALL_VM_CREATE:
		handles[regs.x[2] & 0xff] = regs.x[2];
		break;
	}
}

/* So much has to be right about the guests' calls that chance does not get there. */
static void plausible_guest_call(struct host_regs *in)
{
	in->x[1] = handles[1 + host_random(4)];
	in->x[2] = arch_env_page_pa(host_random(arch_env.nr_pages));
	in->x[3] = host_random(1000) << HYP_PAGE_SHIFT << 9 * host_random(3);
	in->x[4] = 1 + host_random(600);
	if (call_number(in->x[0]) == PKVM_HCALL_GUEST_UNSHARE) {
		in->x[2] = in->x[3];
		in->x[3] = 1;
	}
}

/* Anything but what EL2 ends with, which has tests of its own. */
static void random_call(void)
{
	struct host_regs in = { .x = { random_id() } };

	if (call_number(in.x[0]) == PKVM_HCALL_TEARDOWN ||
	    call_number(in.x[0]) == PKVM_HCALL_CPU_LEAVE)
		return;
	for (unsigned int x = 1; x < HCALL_REGS; x++)
		in.x[x] = random_argument();
	if (call_number(in.x[0]) - PKVM_HCALL_GUEST_DONATE < 3 && host_random(2))
		plausible_guest_call(&in);
	regs = in;
	hyp_hcall(regs.x);
	ck_assert(regs.x[0] == 0 || regs.x[0] == NOT_SUPPORTED);
	ck_assert(regs.x[0] || (s64)regs.x[1] <= 0);
	if (!regs.x[0] && !regs.x[1])
		note_success(&in);
}

/* Junk in the host's pages links no good list: pages come this way, too many at times. */
static void feed(void)
{
	if (host_donated() < arch_env.nr_pages / 2)
		host_topup(1 + host_random(64), host_random(2) ? PKVM_TOPUP_CREDIT : 0);
	else
		host_reclaim(host_random(1000));
}

/* Everything that was shared with anybody, or donated to a guest, is the host's alone again. */
static void settle(void)
{
	for (unsigned int slot = 1; slot <= PKVM_MAX_VMS; slot++)
		if (call(PKVM_HCALL_VM_INFO, handles[slot]) == 0)
			host_destroy_vm(handles[slot]);
	do
		ck_assert_int_eq(call(PKVM_HCALL_TRACE_UNLOAD, 0), 0);
	while (regs.x[2] != PKVM_LIST_END);
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);

		if (host_page_state(pa) != HOST_USED)
			continue;
		host_call(&regs, PKVM_HCALL_UNSHARE_HYP, pa, 1, 0);
		ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, pa), 0);
		ck_assert_uint_eq(regs.x[3], PKVM_USE_HOST);
		host_free(pa);
	}
}

/* It is not all refused. */
static const enum pkvm_hcall_nr taken_often[] = {
	PKVM_HCALL_VM_CREATE, PKVM_HCALL_VCPU_CREATE, PKVM_HCALL_TOPUP_RANGE,
	PKVM_HCALL_SHARE_HYP, PKVM_HCALL_GUEST_DONATE, PKVM_HCALL_GUEST_SHARE,
};

START_TEST(nonsense_is_answered_and_breaks_nothing)
{
	struct pkvm_mem_stats stats;

	for (unsigned int i = 0; i < RANDOM_CALLS; i++) {
		if (i % 128 == 0)
			feed();
		random_call();
		if (i % 5000 == 0)
			mm_check();
		if (i % 20000 == 10000)
			settle();
	}
	mm_check();
	mm_stats(&stats);
	ck_assert_uint_gt(stats.topups, 1000);
	ck_assert_uint_gt(stats.requests, 100);
	for (unsigned int i = 0; i < ARRAY_SIZE(taken_often); i++)
		ck_assert_msg(successes[taken_often[i]] > 10, "call %d: %lu", taken_often[i],
			      (unsigned long)successes[taken_often[i]]);
	settle();
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	mm_check();
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, unknown_ids_are_not_supported);
	tcase_add_test(tcase, only_the_low_half_without_its_hint_is_the_id);
	tcase_add_test(tcase, undefined_results_are_zero);
	tcase_add_test(tcase, stats_come_by_group);
	tcase_add_test(tcase, pages_tell_what_they_are);
	tcase_add_test(tcase, teardown_leaves_few_calls);
	tcase_add_test(tcase, heap_map_covers_the_range);
	tcase_add_test(tcase, heap_check_comes_to_an_end);
	tcase_add_test(tcase, heap_check_tells_who_was_interrupted);
	tcase_add_test(tcase, selftest_passes_and_leaves_nothing);
	tcase_add_test(tcase, selftest_steps_come_in_order);
	tcase_add_test(tcase, selftest_finds_what_is_broken);
	tcase_add_test(tcase, nonsense_is_answered_and_breaks_nothing);
	return hyp_suite_run("hcall", tcase);
}
