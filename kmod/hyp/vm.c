// SPDX-License-Identifier: GPL-2.0-only
/* VMs and vCPUs: the heap's first users. */
#include "vm.h"

#include "arch.h"
#include "errno.h"
#include "heap.h"
#include "init.h"
#include "panic.h"
#include "spinlock.h"
#include "trace.h"
#include "transition.h"
#include "vcpu.h"

/* Generations have 24 bits. */
#define GENERATION_MASK	((1U << 24) - 1)

struct hyp_vm {
	u32 refs;		/* the table's and one of each vCPU; the last one frees the VM */
	u32 max_vcpus;
	u32 nr_vcpus;
	u32 next_destroyed;	/* while dying: no vCPU has an index below */
	bool dying;
	u64 bytes;		/* of heap, for the VM and its vCPUs */
	struct guest_s2 s2;
	u64 next_reclaimed;	/* while dying: no page has a guest address below */
	struct hyp_vcpu *vcpus[];	/* max_vcpus of them, NULL until created */
};

struct vm_slot {
	struct hyp_vm *vm;
	u32 generation;
};

static struct {
	struct hyp_spinlock lock;
	struct vm_slot slots[PKVM_MAX_VMS];
	u64 nr_vms;
	u64 nr_vcpus;
} table;

_Static_assert(PKVM_MAX_VMS < 256, "slot + 1 has 8 bits of the handle");

void vm_init(void)
{
	table.nr_vms = 0;
	table.nr_vcpus = 0;
	for (unsigned int i = 0; i < PKVM_MAX_VMS; i++)
		table.slots[i] = (struct vm_slot){ .vm = NULL };
}

static u64 __handle(const struct vm_slot *slot)
{
	return (u64)slot->generation << 8 | ((u64)(slot - table.slots) + 1);
}

/* The slot of a live VM, NULL if the handle is of none; handle may be any value. */
static struct vm_slot *__find_slot(u64 handle)
{
	u64 nr = handle & 0xff;
	struct vm_slot *slot;

	if (!nr)
		return NULL;
	slot = &table.slots[nr - 1];
	return slot->vm && __handle(slot) == handle ? slot : NULL;
}

static struct vm_slot *__find_empty_slot(void)
{
	for (unsigned int i = 0; i < PKVM_MAX_VMS; i++)
		if (!table.slots[i].vm)
			return &table.slots[i];
	return NULL;
}

/* The object is ours, so the heap must know it. */
static void free_object(void *object)
{
	HYP_ASSERT(!heap_free(&main_heap, object));
}

static void __put_vm(struct hyp_vm *vm)
{
	HYP_ASSERT(vm->refs);
	if (!--vm->refs)
		free_object(vm);
}

static int __create_vm(u64 max_vcpus, struct hyp_ask *ask, u64 *ret_handle)
{
	struct vm_slot *slot = __find_empty_slot();
	u64 bytes = sizeof(struct hyp_vm) + max_vcpus * sizeof(struct hyp_vcpu *);
	struct hyp_vm *vm;
	void *object;
	int err;

	if (mm_closing())
		return -HYP_ESHUTDOWN;
	if (!slot)
		return -HYP_ENOSPC;
	err = heap_alloc(&main_heap, bytes, ask, &object);
	if (err)
		return err;
	vm = object;
	vm->refs = 1;
	vm->max_vcpus = max_vcpus;
	vm->bytes = bytes;
	slot->vm = vm;
	table.nr_vms++;
	*ret_handle = __handle(slot);
	vm->s2.handle = *ret_handle;
	trace(PKVM_TRACE_VM_CREATE, *ret_handle, max_vcpus, 0);
	return 0;
}

int vm_create(u64 max_vcpus, struct hyp_ask *ask, u64 *ret_handle)
{
	int err;

	if (!max_vcpus || max_vcpus > PKVM_MAX_VCPUS)
		return -HYP_EINVAL;
	hyp_spin_lock(&table.lock);
	err = __create_vm(max_vcpus, ask, ret_handle);
	hyp_spin_unlock(&table.lock);
	return err;
}

/* 0 and the VM, if it can be given something. */
static int __find_vm(u64 handle, struct hyp_vm **ret)
{
	const struct vm_slot *slot = __find_slot(handle);

	if (!slot)
		return -HYP_ENOENT;
	*ret = slot->vm;
	return slot->vm->dying ? -HYP_EBUSY : 0;
}

static int __create_vcpu(u64 handle, u64 index, struct hyp_ask *ask)
{
	struct hyp_vm *vm;
	void *object;
	int err = __find_vm(handle, &vm);

	if (err)
		return err;
	if (index >= vm->max_vcpus)
		return -HYP_EINVAL;
	index = arch_index_nospec(index, vm->max_vcpus);
	if (vm->vcpus[index])
		return -HYP_EEXIST;
	err = heap_alloc(&main_heap, sizeof(struct hyp_vcpu), ask, &object);
	if (err)
		return err;
	vcpu_reset(object, vm, index);
	vm->vcpus[index] = object;
	vm->refs++;
	vm->nr_vcpus++;
	vm->bytes += sizeof(struct hyp_vcpu);
	table.nr_vcpus++;
	return 0;
}

int vcpu_create(u64 handle, u64 index, struct hyp_ask *ask)
{
	int err;

	hyp_spin_lock(&table.lock);
	err = __create_vcpu(handle, index, ask);
	if (!err)
		trace(PKVM_TRACE_VCPU_CREATE, handle, index, 0);
	hyp_spin_unlock(&table.lock);
	return err;
}

int vm_donate(u64 handle, phys_addr_t pa, u64 gpa, u64 nr, struct hyp_ask *ask)
{
	struct hyp_vm *vm;
	int err;

	hyp_spin_lock(&table.lock);
	err = __find_vm(handle, &vm);
	if (!err) {
		hyp_spin_lock(&mm_lock);
		err = __host_donate_guest(&vm->s2, pa, gpa, nr, ask);
		hyp_spin_unlock(&mm_lock);
	}
	hyp_spin_unlock(&table.lock);
	return err;
}

int vm_share(u64 handle, phys_addr_t pa, u64 gpa, u64 nr, struct hyp_ask *ask)
{
	struct hyp_vm *vm;
	int err;

	hyp_spin_lock(&table.lock);
	err = __find_vm(handle, &vm);
	if (!err) {
		hyp_spin_lock(&mm_lock);
		err = __host_share_guest(&vm->s2, pa, gpa, nr, ask);
		hyp_spin_unlock(&mm_lock);
	}
	hyp_spin_unlock(&table.lock);
	return err;
}

int vm_unshare(u64 handle, u64 gpa, u64 nr)
{
	struct hyp_vm *vm;
	int err;

	hyp_spin_lock(&table.lock);
	err = __find_vm(handle, &vm);
	if (!err) {
		hyp_spin_lock(&mm_lock);
		err = __host_unshare_guest(&vm->s2, gpa, nr);
		hyp_spin_unlock(&mm_lock);
	}
	hyp_spin_unlock(&table.lock);
	return err;
}

static void __destroy_vcpu(struct hyp_vm *vm, u32 index)
{
	free_object(vm->vcpus[index]);
	vm->vcpus[index] = NULL;
	vm->bytes -= sizeof(struct hyp_vcpu);
	vm->nr_vcpus--;
	table.nr_vcpus--;
	__put_vm(vm);
}

static void __destroy_batch(struct hyp_vm *vm)
{
	vm->dying = true;
	for (u32 nr = 0; vm->nr_vcpus && nr < PKVM_BATCH_VCPUS; vm->next_destroyed++) {
		if (!vm->vcpus[vm->next_destroyed])
			continue;
		trace(PKVM_TRACE_VCPU_DESTROY, vm->s2.handle, vm->next_destroyed, 0);
		__destroy_vcpu(vm, vm->next_destroyed);
		nr++;
	}
}

/* How many pages are mapped one behind the other, of so many. */
static u64 __run_length(const struct guest_s2 *s2, u64 gpa, u64 max)
{
	u64 nr = 1;

	while (nr < max && !guest_s2_check(gpa, nr + 1) &&
	       __guest_s2_get(s2, gpa + (nr << HYP_PAGE_SHIFT)))
		nr++;
	return nr;
}

static void __reclaim_batch(struct hyp_vm *vm)
{
	u64 budget = PKVM_BATCH_GUEST_PAGES;

	hyp_spin_lock(&mm_lock);
	while (budget && __guest_s2_next(&vm->s2, &vm->next_reclaimed)) {
		u64 nr = __run_length(&vm->s2, vm->next_reclaimed, budget);

		HYP_ASSERT(!__host_reclaim_guest(&vm->s2, vm->next_reclaimed, nr));
		budget -= nr;
	}
	hyp_spin_unlock(&mm_lock);
}

static int __destroy_vm(struct vm_slot *slot, u64 *ret_left)
{
	if (!slot)
		return -HYP_ENOENT;
	__destroy_batch(slot->vm);
	if (!slot->vm->nr_vcpus)
		__reclaim_batch(slot->vm);
	*ret_left = slot->vm->nr_vcpus + slot->vm->s2.pages;
	if (*ret_left)
		return 0;
	trace(PKVM_TRACE_VM_DESTROY, __handle(slot), 0, 0);
	__put_vm(slot->vm);
	slot->vm = NULL;
	slot->generation = (slot->generation + 1) & GENERATION_MASK;
	table.nr_vms--;
	return 0;
}

int vm_destroy(u64 handle, u64 *ret_left)
{
	int err;

	hyp_spin_lock(&table.lock);
	err = __destroy_vm(__find_slot(handle), ret_left);
	hyp_spin_unlock(&table.lock);
	return err;
}

int vm_info(u64 handle, struct pkvm_vm_info *ret)
{
	const struct vm_slot *slot;

	hyp_spin_lock(&table.lock);
	slot = __find_slot(handle);
	if (slot)
		*ret = (struct pkvm_vm_info){
			.max_vcpus = slot->vm->max_vcpus,
			.vcpus = slot->vm->nr_vcpus,
			.bytes = slot->vm->bytes,
			.refs = slot->vm->refs,
			.dying = slot->vm->dying,
		};
	hyp_spin_unlock(&table.lock);
	return slot ? 0 : -HYP_ENOENT;
}

void vm_count(u64 *ret_vms, u64 *ret_vcpus)
{
	hyp_spin_lock(&table.lock);
	*ret_vms = table.nr_vms;
	*ret_vcpus = table.nr_vcpus;
	hyp_spin_unlock(&table.lock);
}

int vm_close(void)
{
	int err = -HYP_EBUSY;

	hyp_spin_lock(&table.lock);
	if (!table.nr_vms)
		err = mm_close();
	hyp_spin_unlock(&table.lock);
	return err;
}
