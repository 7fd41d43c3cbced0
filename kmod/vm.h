/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's view of the VMs at EL2. A VM is seen by others once all of its vCPUs
 * are there, and until its destruction starts. It outlives who created it unless
 * it is bound to a netlink port. Each holds a reference on the module.
 */
#ifndef PKVM_KMOD_VM_H
#define PKVM_KMOD_VM_H

#include <linux/sched.h>
#include <linux/types.h>

struct sock;

struct pkvm_vm_config {
	u32 max_vcpus;	/* vCPUs it can have, 1 to PKVM_MAX_VCPUS */
	u32 vcpus;	/* vCPUs created with it, 0 to max_vcpus */
	u32 portid;	/* netlink port it is bound to, 0 for none */
	struct sock *sk; /* that port's socket, NULL for none; a VM takes a reference of its own */
};

struct pkvm_vm_desc {
	u32 handle;
	u32 max_vcpus;
	u32 vcpus;
	u32 portid;		/* as configured */
	u64 bytes;		/* heap bytes at EL2 */
	u32 requests;		/* hyp requests answered for it */
	u64 pages;		/* 4 KiB pages topped up for it */
	u64 age_ns;		/* since it was created, suspend included */
	/* The process that created it, whose memcg was charged; pid in the initial namespace. */
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/*
 * Creates a VM and its vCPUs. Process context, sleeps, charges to the caller's
 * memcg. Returns 0 and the handle; -EINVAL for a number out of range, -ENODEV when
 * the module is about to go, -ENOSPC when EL2 has no handle left, or an errno of
 * pkvm_hcall_req(); what had been made is then gone again.
 */
int pkvm_vm_create(const struct pkvm_vm_config *config, u32 *ret_handle);

/* Process context, not interruptible. Returns 0, -ENOENT, or what pkvm_hcall() returned. */
int pkvm_vm_destroy(u32 handle);

/*
 * Every VM that is there when its turn comes. Process context. Returns 0, -EINTR on
 * a fatal signal, or the first error; *ret_done is set in every case.
 */
int pkvm_vm_destroy_all(u32 *ret_done);

/*
 * Ahead of a restart: destroys every VM, and those that are being created go as soon as they
 * are complete, with -ENXIO for who creates them. Process context, not interruptible. Returns
 * how many it has destroyed; those that others destroy may still be on their way.
 */
u32 pkvm_vm_close(void);

/*
 * A netlink port has closed: what is bound to it is destroyed by a work item. For a
 * netlink notifier: does not wait. VMs of another socket that has that number by now are safe.
 */
void pkvm_vm_release_port(u32 portid);

/*
 * Describes one VM. Any context. Returns 0, or with *ret untouched -ENOENT or what
 * pkvm_hcall() returned.
 */
int pkvm_vm_get(u32 handle, struct pkvm_vm_desc *ret);

/*
 * Describes the VM with the smallest handle above cursor: start with 0, go on with
 * the handle it returned. Survives any change in between. As pkvm_vm_get().
 */
int pkvm_vm_next(u32 cursor, struct pkvm_vm_desc *ret);

/* On unload, with the netlink family gone: waits for the work item. */
void pkvm_vm_exit(void);

#endif
