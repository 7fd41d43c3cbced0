// SPDX-License-Identifier: GPL-2.0-or-later
/* VMs and vCPUs: handles, limits, life and death, and what they cost. */
#include <string.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/heap.h"
#include "../../kmod/hyp/init.h"
#include "../../kmod/hyp/vcpu.h"
#include "../../kmod/hyp/vm.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

static struct host_regs regs;

static u64 create(u64 max_vcpus)
{
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, max_vcpus, 0, NULL), 0);
	return regs.x[2];
}

static s64 create_vcpu(u64 handle, u64 index)
{
	return host_call_req(&regs, PKVM_HCALL_VCPU_CREATE, handle, index, NULL);
}

static s64 destroy(u64 handle, u64 *ret_left)
{
	s64 err = host_call(&regs, PKVM_HCALL_VM_DESTROY, handle, 0, 0);

	*ret_left = regs.x[2];
	return err;
}

static struct pkvm_vm_info info(u64 handle)
{
	struct pkvm_vm_info info;

	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_INFO, handle, 0, 0), 0);
	memcpy(&info, &regs.x[2], sizeof(info));
	return info;
}

static struct pkvm_heap_stats heap(void)
{
	struct pkvm_heap_stats stats;

	heap_stats(&main_heap, &stats);
	return stats;
}

static struct pkvm_mem_stats mem(void)
{
	struct pkvm_mem_stats stats;

	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_STATS, PKVM_STATS_MEM, 0, 0), 0);
	memcpy(&stats, &regs.x[2], sizeof(stats));
	return stats;
}

/* No call accepts a handle that is not a live VM's. */
static void assert_no_vm(u64 handle)
{
	u64 left;

	ck_assert_int_eq(create_vcpu(handle, 0), -HYP_ENOENT);
	ck_assert_int_eq(destroy(handle, &left), -HYP_ENOENT);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_INFO, handle, 0, 0), -HYP_ENOENT);
}

START_TEST(the_first_handles_are_1_2_3)
{
	for (u64 i = 1; i <= 3; i++)
		ck_assert_uint_eq(create(1), i);
	ck_assert_uint_eq(mem().vms, 3);
}
END_TEST

START_TEST(handles_that_name_no_vm)
{
	u64 handle = create(1);

	assert_no_vm(0);
	assert_no_vm(handle + 1);
	assert_no_vm(255);
	assert_no_vm(256);
	assert_no_vm(UINT64_MAX);
	for (unsigned int bit = 0; bit < 64; bit++)
		assert_no_vm(handle ^ BIT(bit));
	ck_assert_uint_eq(info(handle).refs, 1);
}
END_TEST

START_TEST(stale_handles_stay_stale)
{
	u64 first = create(2), stale = first, left;

	for (unsigned int i = 1; i < 300; i++) {
		u64 handle;

		ck_assert_int_eq(destroy(stale, &left), 0);
		ck_assert_uint_eq(left, 0);
		handle = create(2);
		ck_assert_uint_eq(handle, first + i * 256);
		assert_no_vm(stale);
		assert_no_vm(first);
		stale = handle;
	}
}
END_TEST

START_TEST(as_many_vms_as_there_are_slots)
{
	u64 left;

	for (u64 i = 1; i <= PKVM_MAX_VMS; i++)
		ck_assert_uint_eq(create(1), i);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL), -HYP_ENOSPC);
	mm_check();
	/* The slot that becomes free is the one that is used. */
	ck_assert_int_eq(destroy(77, &left), 0);
	ck_assert_uint_eq(create(1), 77 + 256);
	ck_assert_uint_eq(mem().vms, PKVM_MAX_VMS);
	for (u64 i = 1; i <= PKVM_MAX_VMS; i++)
		ck_assert_int_eq(destroy(i == 77 ? i + 256 : i, &left), 0);
	ck_assert_uint_eq(mem().vms, 0);
	ck_assert_uint_eq(heap().used, 0);
	mm_check();
}
END_TEST

START_TEST(limits_of_vcpus)
{
	u64 handle;

	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 0, 0, NULL), -HYP_EINVAL);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, PKVM_MAX_VCPUS + 1, 0, NULL),
			 -HYP_EINVAL);
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, UINT64_MAX, 0, NULL),
			 -HYP_EINVAL);
	handle = create(PKVM_MAX_VCPUS);
	ck_assert_int_eq(create_vcpu(handle, PKVM_MAX_VCPUS), -HYP_EINVAL);
	ck_assert_int_eq(create_vcpu(handle, UINT64_MAX), -HYP_EINVAL);
	ck_assert_int_eq(create_vcpu(handle, BIT(32)), -HYP_EINVAL);
	for (u64 i = 0; i < PKVM_MAX_VCPUS; i++)
		ck_assert_int_eq(create_vcpu(handle, i), 0);
	for (u64 i = 0; i < PKVM_MAX_VCPUS; i += 101)
		ck_assert_int_eq(create_vcpu(handle, i), -HYP_EEXIST);
	ck_assert_uint_eq(info(handle).vcpus, PKVM_MAX_VCPUS);
	ck_assert_uint_eq(info(handle).refs, PKVM_MAX_VCPUS + 1);
	ck_assert_uint_eq(mem().vcpus, PKVM_MAX_VCPUS);
	mm_check();
	host_destroy_vm(handle);
	ck_assert_uint_eq(heap().used, 0);
	mm_check();
}
END_TEST

START_TEST(a_refused_create_changes_nothing)
{
	struct pkvm_heap_stats before;
	u64 handle = create(4);

	ck_assert_int_eq(create_vcpu(handle, 1), 0);
	before = heap();
	ck_assert_int_eq(create_vcpu(handle, 1), -HYP_EEXIST);
	ck_assert_int_eq(create_vcpu(handle, 4), -HYP_EINVAL);
	ck_assert_uint_eq(heap().used, before.used);
	ck_assert_uint_eq(heap().allocs, before.allocs);
	ck_assert_uint_eq(info(handle).vcpus, 1);
	ck_assert_uint_eq(info(handle).refs, 2);
}
END_TEST

START_TEST(accounting_is_exact)
{
	u64 small = create(1), large = create(PKVM_MAX_VCPUS);
	u64 vm_bytes = info(large).bytes;

	ck_assert_uint_eq(vm_bytes - info(small).bytes, (PKVM_MAX_VCPUS - 1) * sizeof(void *));
	for (u64 i = 0; i < 10; i++)
		ck_assert_int_eq(create_vcpu(large, 511 - i), 0);
	ck_assert_uint_eq(info(large).bytes, vm_bytes + 10 * sizeof(struct hyp_vcpu));
	ck_assert_uint_eq(info(large).bytes + info(small).bytes, heap().used);
	ck_assert_uint_eq(info(large).max_vcpus, PKVM_MAX_VCPUS);
	ck_assert_uint_eq(info(large).dying, 0);
}
END_TEST

START_TEST(destroy_works_in_batches)
{
	u64 handle = create(100), left;

	for (u64 i = 0; i < 40; i++)
		ck_assert_int_eq(create_vcpu(handle, 2 * i + 20), 0);
	ck_assert_int_eq(destroy(handle, &left), 0);
	ck_assert_uint_eq(left, 40 - PKVM_BATCH_VCPUS);
	ck_assert_uint_eq(info(handle).dying, 1);
	ck_assert_uint_eq(info(handle).vcpus, left);
	ck_assert_uint_eq(info(handle).refs, left + 1);
	ck_assert_int_eq(create_vcpu(handle, 0), -HYP_EBUSY);
	ck_assert_uint_eq(mem().vcpus, left);
	ck_assert_int_eq(destroy(handle, &left), 0);
	ck_assert_uint_eq(left, 40 - 2 * PKVM_BATCH_VCPUS);
	ck_assert_uint_eq(heap().used, info(handle).bytes);
	mm_check();
	ck_assert_int_eq(destroy(handle, &left), 0);
	ck_assert_uint_eq(left, 0);
	assert_no_vm(handle);
	ck_assert_uint_eq(mem().vms + mem().vcpus, 0);
	ck_assert_uint_eq(heap().used, 0);
}
END_TEST

/* Everything that VMs took comes back: the heap's pages, its tables, the stock's. */
START_TEST(what_vms_held_is_reclaimable)
{
	u64 handle = create(64);
	u64 came;

	for (u64 i = 0; i < 64; i++)
		ck_assert_int_eq(create_vcpu(handle, i), 0);
	host_destroy_vm(handle);
	came = host_reclaim(UINT64_MAX);
	mm_check();
	ck_assert_uint_eq(heap().mapped, 0);
	/* The tables left are those of the host's stage-2 that the vmemmap's pages need. */
	ck_assert_uint_le(mem().tables, 2 * mem().vmemmap_pages);
	ck_assert_uint_eq(mem().stock, 0);
	ck_assert_uint_eq(came, mem().topped_up - mem().vmemmap_pages - mem().tables);
}
END_TEST

START_TEST(a_vcpu_starts_as_after_reset)
{
	struct hyp_vcpu vcpu = { .index = 0 };

	vcpu_reset(&vcpu, NULL, 0x123);
	ck_assert_uint_eq(vcpu.pstate, 0x3c5);
	ck_assert_uint_eq(vcpu.sysreg[VCPU_SCTLR_EL1], 0x30d00800);
	ck_assert_uint_eq(vcpu.sysreg[VCPU_MPIDR_EL1], 0x80001203);
	ck_assert_uint_eq(vcpu.index, 0x123);
	ck_assert_uint_eq(vcpu.pc, 0);
	ck_assert_uint_eq(offsetof(struct hyp_vcpu, fpsimd) % 16, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, the_first_handles_are_1_2_3);
	tcase_add_test(tcase, handles_that_name_no_vm);
	tcase_add_test(tcase, stale_handles_stay_stale);
	tcase_add_test(tcase, as_many_vms_as_there_are_slots);
	tcase_add_test(tcase, limits_of_vcpus);
	tcase_add_test(tcase, a_refused_create_changes_nothing);
	tcase_add_test(tcase, accounting_is_exact);
	tcase_add_test(tcase, destroy_works_in_batches);
	tcase_add_test(tcase, what_vms_held_is_reclaimable);
	tcase_add_test(tcase, a_vcpu_starts_as_after_reset);
	return hyp_suite_run("vm", tcase);
}
