/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hyp VMs: the table of handles and the life of VMs and vCPUs, objects of the main
 * heap. All of it is under the vm table's lock, which the functions take; it comes
 * before the heap's.
 *
 * A handle has the slot plus 1 in bits 7:0 and the slot's generation in bits 31:8:
 * that of a VM that is gone stays invalid when its slot is used again, until the
 * slot has seen 2^24 VMs. The first VMs have the handles 1, 2, 3.
 */
#ifndef HYP_VM_H
#define HYP_VM_H

#include <pkvm/hypercall.h>

#include "mm.h"
#include "types.h"

/* Once. */
void vm_init(void);

/*
 * 0 and *ret_handle; or
 *	-HYP_EINVAL	max_vcpus is not in 1 to PKVM_MAX_VCPUS
 *	-HYP_ENOSPC	there are PKVM_MAX_VMS VMs, or the heap's range is full
 *	-HYP_ENOMEM	as heap_alloc() says
 *	-HYP_ESHUTDOWN	teardown has begun
 */
int vm_create(u64 max_vcpus, struct hyp_ask *ask, u64 *ret_handle);

/*
 * 0, or
 *	-HYP_ENOENT	no such VM
 *	-HYP_EBUSY	it is being destroyed
 *	-HYP_EINVAL	the VM has no such index
 *	-HYP_EEXIST	there is that vCPU already
 *	-HYP_ENOMEM, -HYP_ENOSPC	as for vm_create()
 */
int vcpu_create(u64 handle, u64 index, struct hyp_ask *ask);

/*
 * The transitions of transition.h between the host and a VM. As they say, or
 *	-HYP_ENOENT	no such VM
 *	-HYP_EBUSY	it is being destroyed
 */
int vm_donate(u64 handle, phys_addr_t pa, u64 gpa, u64 nr, struct hyp_ask *ask);
int vm_share(u64 handle, phys_addr_t pa, u64 gpa, u64 nr, struct hyp_ask *ask);
int vm_unshare(u64 handle, u64 gpa, u64 nr);

/*
 * Destroys a VM, or one batch of its vCPUs and then of its pages if there are more: 0 and
 * *ret_left, how many of both remain. With 0 left the VM is gone. From the first call on it
 * gets nothing any more. -HYP_ENOENT: no such VM.
 */
int vm_destroy(u64 handle, u64 *ret_left);

/* 0, or -HYP_ENOENT. */
int vm_info(u64 handle, struct pkvm_vm_info *ret);

/* The live VMs and vCPUs. */
void vm_count(u64 *ret_vms, u64 *ret_vcpus);

/* Begins teardown (see mm_close()) unless a VM lives or a page is shared: -HYP_EBUSY. */
int vm_close(void);

#endif
