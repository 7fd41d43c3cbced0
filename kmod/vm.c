// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs as the host knows them: created and destroyed as a whole, described one by
 * one. The array is by handle; a VM leaves it before its destruction at EL2
 * starts, so of several that try only one destroys. What is in it is constant and
 * freed after a grace period: readers need RCU only.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "account.h"
#include "hcall.h"
#include "notify.h"
#include "request.h"
#include "stats.h"
#include "trace.h"
#include "vm.h"

struct vm {
	struct pkvm_vm_config config;
	struct pkvm_req_origin origin;	/* its handle, and what creating it took */
	u64 created_ns;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	struct rcu_head rcu;
};

static DEFINE_XARRAY(vms);

/* Ahead of a restart: no VM is published any more. Changes under the lock of the array. */
static bool closed;

/* Whose netlink port has closed: destroy_orphans() is to destroy them. */
#define ORPHAN	XA_MARK_0

static void destroy_orphans(struct work_struct *work);
static DECLARE_WORK(orphans_work, destroy_orphans);

static int el2_create(struct vm *vm)
{
	struct arm_smccc_1_2_regs regs = { .a1 = vm->config.max_vcpus };
	int err = pkvm_hcall_req(PKVM_HCALL_VM_CREATE, &regs, &vm->origin);

	if (!err)
		vm->origin.vm = regs.a2;
	return err;
}

static int el2_create_vcpus(struct vm *vm)
{
	struct arm_smccc_1_2_regs regs;
	int err = 0;
	u32 i;

	for (i = 0; !err && i < vm->config.vcpus; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		regs = (struct arm_smccc_1_2_regs){ .a1 = vm->origin.vm, .a2 = i };
		err = pkvm_hcall_req(PKVM_HCALL_VCPU_CREATE, &regs, &vm->origin);
		cond_resched();
	}
	return err;
}

static int el2_destroy(u32 handle)
{
	struct arm_smccc_1_2_regs regs;
	int err;

	do {
		regs = (struct arm_smccc_1_2_regs){ .a1 = handle };
		err = pkvm_hcall(PKVM_HCALL_VM_DESTROY, &regs);
		cond_resched();
	} while (!err && regs.a2);
	return err;
}

static void tell(enum pkvm_event_type type, u32 handle, u32 vcpus, int err, u64 start_ns)
{
	struct pkvm_event ev = {
		.type = type,
		.vm = handle,
		.err = err,
		.duration_ns = ktime_get_ns() - start_ns,
	};

	pkvm_account();
	trace_pkvm_vm(&ev, vcpus);
	if (err)
		return;
	pkvm_count(type == PKVM_EVENT_VM_CREATE ? PKVM_COUNT_VMS_CREATED : PKVM_COUNT_VMS_DESTROYED,
		   1);
	pkvm_notify(&ev);
}

/* From here on others can destroy it; that it was created is told before they can. */
static int publish(struct vm *vm, u64 start_ns)
{
	int err;

	xa_lock(&vms);
	err = closed ? -ENXIO : __xa_insert(&vms, vm->origin.vm, vm, GFP_KERNEL_ACCOUNT);
	if (!err)
		tell(PKVM_EVENT_VM_CREATE, vm->origin.vm, vm->config.vcpus, 0, start_ns);
	xa_unlock(&vms);
	return err;
}

/* At EL2 all or nothing; publishes it last. */
static int create(struct vm *vm, u32 *ret_handle)
{
	u64 start_ns = ktime_get_ns();
	u32 handle = 0;
	int err;

	err = el2_create(vm);
	if (err)
		goto out;
	handle = vm->origin.vm;
	err = el2_create_vcpus(vm);
	if (!err)
		err = publish(vm, start_ns);
	if (!err) {
		*ret_handle = handle;
		return 0;
	}
	/* Cannot fail but for a dead EL2, which is what err then says, too. */
	el2_destroy(handle);
out:
	tell(PKVM_EVENT_VM_CREATE, handle, 0, err, start_ns);
	return err;
}

static struct vm *alloc_vm(const struct pkvm_vm_config *config)
{
	struct vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	vm->config = *config;
	if (vm->config.sk)
		sock_hold(vm->config.sk);
	vm->created_ns = ktime_get_boottime_ns();
	vm->pid = task_tgid_nr(current);
	get_task_comm(vm->comm, current->group_leader);
	return vm;
}

/* It is in the array no more, or never was. */
static void free_vm(struct vm *vm)
{
	if (vm->config.sk)
		sock_put(vm->config.sk);
	kfree_rcu(vm, rcu);
}

int pkvm_vm_create(const struct pkvm_vm_config *config, u32 *ret_handle)
{
	struct vm *vm;
	int err;

	if (!config->max_vcpus || config->max_vcpus > PKVM_MAX_VCPUS ||
	    config->vcpus > config->max_vcpus)
		return -EINVAL;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;

	vm = alloc_vm(config);
	err = vm ? create(vm, ret_handle) : -ENOMEM;
	if (vm && err)
		free_vm(vm);
	if (err)
		module_put(THIS_MODULE);
	return err;
}

/*
 * The module reference goes last. Whoever runs this is waited for on unload: the
 * netlink family by its unregistration, the work item by pkvm_vm_exit().
 */
int pkvm_vm_destroy(u32 handle)
{
	u64 start_ns = ktime_get_ns();
	struct vm *vm = xa_erase(&vms, handle);
	int err;

	if (!vm)
		return -ENOENT;
	err = el2_destroy(handle);
	tell(PKVM_EVENT_VM_DESTROY, handle, vm->config.vcpus, err, start_ns);
	free_vm(vm);
	module_put(THIS_MODULE);
	return err;
}

int pkvm_vm_destroy_all(u32 *ret_done)
{
	unsigned long handle;
	struct vm *vm;
	int err;

	*ret_done = 0;
	xa_for_each(&vms, handle, vm) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = pkvm_vm_destroy(handle);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		++*ret_done;
	}
	return 0;
}

u32 pkvm_vm_close(void)
{
	unsigned long handle;
	struct vm *vm;
	u32 done = 0;

	xa_lock(&vms);
	closed = true;
	xa_unlock(&vms);
	xa_for_each(&vms, handle, vm)
		done += !pkvm_vm_destroy(handle);
	return done;
}

static void destroy_orphans(struct work_struct *work)
{
	unsigned long handle;
	struct vm *vm;

	/* An error means that EL2 is dead; the crash record has told more. */
	xa_for_each_marked(&vms, handle, vm, ORPHAN)
		pkvm_vm_destroy(handle);
}

/*
 * The number may be another socket's before its old one's end is told: so what counts is whether
 * the socket is closed. The reference on it is there as long as the VM is in the array.
 */
void pkvm_vm_release_port(u32 portid)
{
	unsigned long handle;
	struct vm *vm;

	if (!portid)
		return;
	xa_lock(&vms);
	xa_for_each(&vms, handle, vm) {
		if (vm->config.portid == portid && sock_flag(vm->config.sk, SOCK_DEAD))
			__xa_set_mark(&vms, handle, ORPHAN);
	}
	xa_unlock(&vms);
	if (xa_marked(&vms, ORPHAN))
		queue_work(system_unbound_wq, &orphans_work);
}

/* Called under RCU. */
static int describe(const struct vm *vm, struct pkvm_vm_desc *ret)
{
	struct pkvm_vm_info info;
	int err = pkvm_stats_vm(vm->origin.vm, &info);

	if (err)
		return err;
	*ret = (struct pkvm_vm_desc){
		.handle = vm->origin.vm,
		.max_vcpus = vm->config.max_vcpus,
		.vcpus = vm->config.vcpus,
		.portid = vm->config.portid,
		.bytes = info.bytes,
		.requests = vm->origin.requests,
		.pages = vm->origin.pages,
		.age_ns = ktime_get_boottime_ns() - vm->created_ns,
		.pid = vm->pid,
	};
	memcpy(ret->comm, vm->comm, sizeof(ret->comm));
	return 0;
}

int pkvm_vm_get(u32 handle, struct pkvm_vm_desc *ret)
{
	struct vm *vm;
	int err;

	rcu_read_lock();
	vm = xa_load(&vms, handle);
	err = vm ? describe(vm, ret) : -ENOENT;
	rcu_read_unlock();
	return err;
}

int pkvm_vm_next(u32 cursor, struct pkvm_vm_desc *ret)
{
	unsigned long handle = cursor;
	struct vm *vm;
	int err;

	rcu_read_lock();
	do {
		vm = xa_find_after(&vms, &handle, U32_MAX, XA_PRESENT);
		err = vm ? describe(vm, ret) : -ENOENT;
		/* One that is being destroyed just now is passed over. */
	} while (vm && err == -ENOENT);
	rcu_read_unlock();
	return err;
}

void pkvm_vm_exit(void)
{
	flush_work(&orphans_work);
}
