// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transitions of pages between the host, EL2 and guests. What each does from each state of one
 * page is the self-test's table (test_hcall runs it); here are ranges, memory, and refusals.
 */
#include <string.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/scrub.h"
#include "../../kmod/hyp/stock.h"
#include "../../kmod/hyp/transition.h"
#include "../../kmod/hyp/vm.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

#define MIB		(UINT64_C(1) << 20)
#define PAGE(n)		((n) * HYP_PAGE_SIZE)

/* See arch_env_start_default(). */
#define NEAR		UINT64_C(0x40000000)
#define TWO_ENTRIES	UINT64_C(0x80780000)	/* a MiB whose states lie in two pages */
#define LONE		UINT64_C(0xc0000000)	/* a page */
#define FAR		UINT64_C(0x140000000)
#define DEVICE		UINT64_C(0x9000000)

static struct host_regs regs;

static s64 call(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct host_regs args = { .x = { PKVM_HCALL_ID(nr), a1, a2, a3, a4 } };

	return host_call_args_req(&regs, &args, NULL);
}

static s64 share(phys_addr_t pa, u64 nr)
{
	return call(PKVM_HCALL_SHARE_HYP, pa, nr, 0, 0);
}

static s64 unshare(phys_addr_t pa, u64 nr)
{
	return call(PKVM_HCALL_UNSHARE_HYP, pa, nr, 0, 0);
}

static u64 create_vm(void)
{
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 1, 0, 0, 0), 0);
	return regs.x[2];
}

static s64 donate(u64 vm, phys_addr_t pa, u64 gpa, u64 nr)
{
	return call(PKVM_HCALL_GUEST_DONATE, vm, pa, gpa, nr);
}

static s64 lend(u64 vm, phys_addr_t pa, u64 gpa, u64 nr)
{
	return call(PKVM_HCALL_GUEST_SHARE, vm, pa, gpa, nr);
}

static s64 take_back(u64 vm, u64 gpa, u64 nr)
{
	return call(PKVM_HCALL_GUEST_UNSHARE, vm, gpa, nr, 0);
}

static u64 use_of(phys_addr_t pa)
{
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, pa, 0, 0, 0), 0);
	return regs.x[3];
}

static struct pkvm_page_stats pages(void)
{
	struct pkvm_page_stats stats;

	mm_page_stats(&stats);
	return stats;
}

static struct pkvm_mem_stats mem(void)
{
	struct pkvm_mem_stats stats = {};

	mm_stats(&stats);
	return stats;
}

/* Pins and unpins as a user of shared pages at EL2 would; *ret_va is where they are. */
static int pin(phys_addr_t pa, u64 nr, void **ret_va)
{
	struct hyp_ask ask = {};
	int err;

	hyp_spin_lock(&mm_lock);
	err = __hyp_pin_shared(pa, nr, &ask, ret_va);
	hyp_spin_unlock(&mm_lock);
	return err;
}

static void unpin(phys_addr_t pa, u64 nr)
{
	hyp_spin_lock(&mm_lock);
	__hyp_unpin_shared(pa, nr);
	hyp_spin_unlock(&mm_lock);
}

/* With EL2. */

START_TEST(sharing_takes_what_the_states_need)
{
	host_alloc_range(TWO_ENTRIES, MIB / HYP_PAGE_SIZE);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_SHARE_HYP, TWO_ENTRIES, 256, 0), -HYP_ENOMEM);
	/* A table of each level, and two pages of states. */
	ck_assert_uint_eq(regs.x[3], 4);
	ck_assert_uint_eq(use_of(TWO_ENTRIES), PKVM_USE_HOST);
	ck_assert_int_eq(share(TWO_ENTRIES, 256), 0);
	ck_assert_uint_eq(pages().shared_hyp, 256);
	/* Pages from nearby have brought tables with them. */
	ck_assert_uint_le(mem().stock, 2);
	mm_check();
	ck_assert(arch_env_host_access(TWO_ENTRIES + PAGE(255)));
	ck_assert_int_eq(unshare(TWO_ENTRIES, 256), 0);
	ck_assert_uint_eq(pages().shared_hyp, 0);
	mm_check();
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	mm_check();
}
END_TEST

START_TEST(blocks_stay_whole_under_sharing)
{
	u64 tables = pages().tables;

	host_alloc_range(FAR, 512);
	ck_assert_int_eq(share(FAR, 512), 0);
	/* What the states needed was donated, from anywhere; nothing in FAR's block was split. */
	ck_assert_uint_le(pages().tables, tables + 2 * host_donated());
	ck_assert_uint_eq(use_of(FAR + PAGE(511)), PKVM_USE_SHARED_HYP);
	mm_check();
}
END_TEST

START_TEST(pinned_pages_are_mapped_and_stay_shared)
{
	void *va, *again;

	host_alloc_range(FAR, 10);
	ck_assert_int_eq(share(FAR, 10), 0);
	host_topup(3, 0);
	ck_assert_int_eq(pin(FAR + PAGE(2), 4, &va), 0);
	mm_check();
	*(u64 *)((u8 *)va + PAGE(3)) = 42;
	ck_assert_uint_eq(*(u64 *)arch_env_page(FAR + PAGE(5)), 42);
	ck_assert_int_eq(unshare(FAR, 10), -HYP_EBUSY);
	ck_assert_int_eq(unshare(FAR, 2), 0);
	/* Overlapping, and at the same place. */
	ck_assert_int_eq(pin(FAR + PAGE(4), 6, &again), 0);
	ck_assert_ptr_eq(again, (u8 *)va + PAGE(2));
	unpin(FAR + PAGE(2), 4);
	mm_check();
	ck_assert(!arch_env_readable((u64)va));
	ck_assert(arch_env_readable((u64)again));
	unpin(FAR + PAGE(4), 6);
	ck_assert(!arch_env_readable((u64)again));
	ck_assert_int_eq(unshare(FAR + PAGE(2), 8), 0);
	mm_check();
}
END_TEST

START_TEST(pins_are_counted_to_a_limit)
{
	void *va;

	host_alloc_range(FAR, 1);
	ck_assert_int_eq(share(FAR, 1), 0);
	host_topup(3, 0);
	for (unsigned int i = 0; i < PAGE_COUNT_MAX; i++)
		ck_assert_int_eq(pin(FAR, 1, &va), 0);
	ck_assert_int_eq(pin(FAR, 1, &va), -HYP_EOVERFLOW);
	ck_assert_int_eq(call(PKVM_HCALL_PAGE_STATE, FAR, 0, 0, 0), 0);
	ck_assert_uint_eq(regs.x[4], PAGE_COUNT_MAX);
	for (unsigned int i = 0; i < PAGE_COUNT_MAX; i++)
		unpin(FAR, 1);
	ck_assert_int_eq(unshare(FAR, 1), 0);
}
END_TEST

START_TEST(teardown_waits_for_what_is_shared)
{
	host_alloc_range(FAR, 1);
	ck_assert_int_eq(share(FAR, 1), 0);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TEARDOWN, 0, 0, 0), -HYP_EBUSY);
	ck_assert_int_eq(unshare(FAR, 1), 0);
	host_teardown();
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_SHARE_HYP, FAR, 1, 0), -HYP_ESHUTDOWN);
}
END_TEST

/* With guests. */

/* Donates some pages that are in use, and destroys the VM: all tables are gone. */
static void come_and_go(phys_addr_t pa, u64 nr)
{
	struct pkvm_page_stats before;
	u64 vm;

	host_reclaim(UINT64_MAX);
	vm = create_vm();
	before = pages();
	ck_assert_int_eq(donate(vm, pa, PAGE(7), nr), 0);
	mm_check();
	ck_assert_uint_eq(pages().guest_pages, nr);
	ck_assert(!arch_env_host_access(pa));
	ck_assert_uint_eq(use_of(pa), PKVM_USE_GUEST);
	ck_assert_uint_eq(regs.x[2], PKVM_OWNER_GUEST);
	host_destroy_vm(vm);
	mm_check();
	ck_assert_uint_eq(pages().guest_pages, 0);
	ck_assert_uint_le(pages().tables, before.tables + mem().vmemmap_pages + mem().stock);
	for (u64 i = 0; i < nr; i++) {
		ck_assert(arch_env_host_access(pa + PAGE(i)));
		ck_assert(arch_env_is_zero(pa + PAGE(i), 0));
	}
}

START_TEST(guests_come_and_go_everywhere)
{
	host_alloc_range(NEAR + 4 * MIB, 1024);
	host_alloc_range(TWO_ENTRIES, 256);
	host_alloc_range(LONE, 1);
	host_alloc_range(FAR, 512);
	come_and_go(NEAR + 4 * MIB, 1);
	come_and_go(NEAR + 4 * MIB, 512);
	come_and_go(NEAR + 4 * MIB + PAGE(300), 512);
	come_and_go(TWO_ENTRIES, 256);
	come_and_go(LONE, 1);
	come_and_go(FAR + PAGE(1), 511);
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	ck_assert_uint_eq(pages().tables, 0);
	mm_check();
}
END_TEST

/* A block, or a GiB, in which a guest and EL2 have pages, and either leaves first. */
START_TEST(guests_and_hyp_share_blocks)
{
	phys_addr_t block = FAR + 2 * MIB;

	for (unsigned int order = 0; order < 8; order++) {
		bool hyp_first = order & 1, hyp_leaves_first = order & 2;
		phys_addr_t hyp = order & 4 ? block + PAGE(9) : block + 2 * MIB;
		u64 vm;

		host_alloc_range(hyp, 1);
		host_alloc_range(block, 1);
		vm = create_vm();
		for (unsigned int step = 0; step < 2; step++) {
			if (hyp_first == !step) {
				ck_assert_int_eq(call(PKVM_HCALL_TOPUP_RANGE, hyp, 1, 0, 0), 0);
				host_donate_range(hyp, 1);
			} else {
				ck_assert_int_eq(donate(vm, block, 0, 1), 0);
			}
			mm_check();
		}
		for (unsigned int step = 0; step < 2; step++) {
			if (hyp_leaves_first == !step)
				host_reclaim(UINT64_MAX);
			else
				host_destroy_vm(vm);
			mm_check();
		}
		host_free(block);
		host_reclaim(UINT64_MAX);
		ck_assert_int_ne(host_page_state(hyp), HOST_DONATED);
		mm_check();
	}
	host_teardown();
	ck_assert_uint_eq(host_donated(), 0);
	mm_check();
}
END_TEST

START_TEST(a_guest_has_its_own_content)
{
	struct pkvm_violation violation;
	u64 vm;

	host_alloc_range(FAR, 2);
	vm = create_vm();
	memset(arch_env_page(FAR), 0x11, PAGE(2));
	ck_assert_int_eq(donate(vm, FAR, 0, 1), 0);
	ck_assert_int_eq(lend(vm, FAR + PAGE(1), PAGE(1), 1), 0);
	ck_assert_uint_eq(*(u8 *)arch_env_page(FAR), 0x11);
	ck_assert(!arch_env_host_access(FAR));
	ck_assert_int_eq(call(PKVM_HCALL_VIOLATIONS, pages().violations - 1, 0, 0, 0), 0);
	memcpy(&violation, &regs.x[4], sizeof(violation));
	ck_assert_uint_eq(violation.ipa, FAR);
	ck_assert_uint_eq(violation.info & 0xff, PKVM_OWNER_GUEST);
	ck_assert(arch_env_host_access(FAR + PAGE(1)));
	host_destroy_vm(vm);
	ck_assert_uint_eq(*(u8 *)arch_env_page(FAR), 0);
	ck_assert_uint_eq(*(u8 *)arch_env_page(FAR + PAGE(1)), 0x11);
	mm_check();
}
END_TEST

START_TEST(a_page_is_shared_with_several_guests)
{
	u64 first, second;

	host_alloc_range(FAR, 4);
	first = create_vm();
	second = create_vm();
	ck_assert_int_eq(lend(first, FAR, 0, 4), 0);
	ck_assert_int_eq(lend(second, FAR + PAGE(1), 0, 2), 0);
	ck_assert_int_eq(lend(second, FAR + PAGE(1), PAGE(100), 1), 0);
	mm_check();
	use_of(FAR + PAGE(1));
	ck_assert_uint_eq(regs.x[4], 3);
	ck_assert_int_eq(take_back(first, 0, 4), 0);
	ck_assert_uint_eq(use_of(FAR), PKVM_USE_HOST);
	ck_assert_uint_eq(use_of(FAR + PAGE(1)), PKVM_USE_SHARED_GUEST);
	ck_assert_int_eq(donate(first, FAR + PAGE(1), 0, 1), -HYP_EPERM);
	host_destroy_vm(second);
	ck_assert_uint_eq(pages().shared_guest, 0);
	ck_assert_int_eq(donate(first, FAR + PAGE(1), 0, 1), 0);
	mm_check();
}
END_TEST

START_TEST(destroying_takes_batches)
{
	unsigned int calls = 0;
	u64 vm, left = 0;

	host_alloc_range(FAR, 300);
	vm = create_vm();
	ck_assert_int_eq(donate(vm, FAR, 0, 200), 0);
	ck_assert_int_eq(donate(vm, FAR + PAGE(200), BIT(38), 100), 0);
	do {
		u64 before = left;

		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_DESTROY, vm, 0, 0), 0);
		left = regs.x[2];
		ck_assert(!calls || before - left <= PKVM_BATCH_GUEST_PAGES);
		mm_check();
		calls++;
		if (left)
			ck_assert_int_eq(lend(vm, FAR, PAGE(400), 1), -HYP_EBUSY);
	} while (left);
	ck_assert_uint_eq(calls, (300 + PKVM_BATCH_GUEST_PAGES - 1) / PKVM_BATCH_GUEST_PAGES);
}
END_TEST

/* A guest whose every page has tables of its own, and is the last in each. */
START_TEST(destroying_looks_through_tables_once)
{
	const u64 gib = UINT64_C(1) << 30;
	u64 vm, steps;

	host_alloc_range(FAR, PKVM_BATCH_GUEST_PAGES);
	vm = create_vm();
	for (u64 i = 0; i < PKVM_BATCH_GUEST_PAGES; i++)
		ck_assert_int_eq(lend(vm, FAR + PAGE(i), 8 * i * gib + gib - PAGE(1), 1), 0);
	mm_check();
	steps = arch_env.s2_walks;
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_DESTROY, vm, 0, 0), 0);
	ck_assert_uint_eq(regs.x[2], 0);
	steps = arch_env.s2_walks - steps;
	ck_assert_uint_le(steps, PKVM_BATCH_GUEST_PAGES * 64);
	mm_check();
}
END_TEST

/* What a guest was lent is the host's, and stays; a VM on its way out has pages, too. */
START_TEST(a_crash_clears_what_guests_own)
{
	u64 dying, alive;

	host_alloc_range(FAR, 300);
	memset(arch_env_page(FAR), 0x11, PAGE(300));
	dying = create_vm();
	alive = create_vm();
	ck_assert_int_eq(donate(dying, FAR, 0, 200), 0);
	ck_assert_int_eq(lend(dying, FAR + PAGE(200), BIT(38), 50), 0);
	ck_assert_int_eq(donate(alive, FAR + PAGE(250), 0, 40), 0);
	ck_assert_int_eq(lend(alive, FAR + PAGE(290), BIT(30), 10), 0);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_DESTROY, dying, 0, 0), 0);
	ck_assert_uint_gt(regs.x[2], 0);
	/* The heap goes with them, so that nothing can be checked any more. */
	scrub_all();
	for (u64 i = 0; i < 300; i++) {
		bool lent = (i >= 200 && i < 250) || i >= 290;

		ck_assert_uint_eq(*(u8 *)arch_env_page(FAR + PAGE(i)), lent ? 0x11 : 0);
		ck_assert_uint_eq(*(u8 *)arch_env_page(FAR + PAGE(i + 1) - 1), lent ? 0x11 : 0);
	}
}
END_TEST

/* Refusals. */

START_TEST(addresses_are_checked_first)
{
	static const struct {
		u64 pa, nr;
		int err;
	} bad[] = {
		{ FAR + 1, 1, -HYP_EINVAL },
		{ FAR, 0, -HYP_EINVAL },
		{ FAR, 513, -HYP_EINVAL },
		{ FAR, UINT64_MAX, -HYP_EINVAL },
		{ 0, 1, -HYP_EFAULT },
		{ DEVICE, 1, -HYP_EFAULT },
		{ LONE, 2, -HYP_EFAULT },
		{ UINT64_MAX & HYP_PAGE_MASK, 1, -HYP_EFAULT },
		{ NEAR + MIB, 1, -HYP_EPERM },	/* the image */
	};
	u64 vm = create_vm();

	host_topup(20, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		ck_assert_int_eq(share(bad[i].pa, bad[i].nr), bad[i].err);
		ck_assert_int_eq(unshare(bad[i].pa, bad[i].nr), bad[i].err);
		ck_assert_int_eq(donate(vm, bad[i].pa, 0, bad[i].nr), bad[i].err);
		ck_assert_int_eq(lend(vm, bad[i].pa, 0, bad[i].nr), bad[i].err);
	}
	mm_check();
}
END_TEST

START_TEST(guest_addresses_are_checked_too)
{
	u64 vm, end = BIT(GUEST_S2_BITS);

	host_alloc_range(FAR, 3);
	vm = create_vm();
	ck_assert_int_eq(donate(vm, FAR, 1, 1), -HYP_EINVAL);
	ck_assert_int_eq(donate(vm, FAR, end, 1), -HYP_EFAULT);
	ck_assert_int_eq(donate(vm, FAR, end - PAGE(1), 2), -HYP_EFAULT);
	ck_assert_int_eq(lend(vm, FAR, UINT64_MAX & HYP_PAGE_MASK, 1), -HYP_EFAULT);
	ck_assert_int_eq(take_back(vm, end, 1), -HYP_EFAULT);
	ck_assert_int_eq(take_back(vm, 0, 0), -HYP_EINVAL);
	ck_assert_int_eq(take_back(vm, 0, 1), -HYP_EPERM);
	ck_assert_int_eq(donate(vm, FAR, end - PAGE(1), 1), 0);
	/* Taken already; and one of two is. */
	ck_assert_int_eq(lend(vm, FAR + PAGE(1), end - PAGE(1), 1), -HYP_EPERM);
	ck_assert_int_eq(lend(vm, FAR + PAGE(1), end - PAGE(2), 2), -HYP_EPERM);
	ck_assert_int_eq(take_back(vm, end - PAGE(1), 1), -HYP_EPERM);
	ck_assert_int_eq(donate(vm + 1, FAR + PAGE(1), 0, 1), -HYP_ENOENT);
	mm_check();
}
END_TEST

START_TEST(others_pages_are_refused)
{
	phys_addr_t mixed = FAR + PAGE(8);
	u64 vm, other;

	host_alloc_range(FAR, 20);
	vm = create_vm();
	other = create_vm();
	ck_assert_int_eq(donate(vm, FAR, 0, 2), 0);
	ck_assert_int_eq(donate(other, FAR, 0, 1), -HYP_EPERM);
	ck_assert_int_eq(lend(other, FAR + PAGE(1), 0, 1), -HYP_EPERM);
	ck_assert_int_eq(share(FAR + PAGE(1), 2), -HYP_EPERM);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, FAR, 1, 0), -HYP_EPERM);
	/* The last of a range is enough to refuse all of it. */
	ck_assert_int_eq(share(mixed + PAGE(5), 1), 0);
	ck_assert_int_eq(donate(vm, mixed, PAGE(100), 6), -HYP_EPERM);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, mixed, 6, 0), -HYP_EPERM);
	ck_assert_uint_eq(use_of(mixed), PKVM_USE_HOST);
	mm_check();
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, sharing_takes_what_the_states_need);
	tcase_add_test(tcase, blocks_stay_whole_under_sharing);
	tcase_add_test(tcase, pinned_pages_are_mapped_and_stay_shared);
	tcase_add_test(tcase, pins_are_counted_to_a_limit);
	tcase_add_test(tcase, teardown_waits_for_what_is_shared);
	tcase_add_test(tcase, guests_come_and_go_everywhere);
	tcase_add_test(tcase, guests_and_hyp_share_blocks);
	tcase_add_test(tcase, a_guest_has_its_own_content);
	tcase_add_test(tcase, a_page_is_shared_with_several_guests);
	tcase_add_test(tcase, destroying_takes_batches);
	tcase_add_test(tcase, destroying_looks_through_tables_once);
	tcase_add_test(tcase, a_crash_clears_what_guests_own);
	tcase_add_test(tcase, addresses_are_checked_first);
	tcase_add_test(tcase, guest_addresses_are_checked_too);
	tcase_add_test(tcase, others_pages_are_refused);
	return hyp_suite_run("transition", tcase);
}
