// SPDX-License-Identifier: LGPL-2.1-or-later
/* Creating, destroying and describing VMs. */
#include <errno.h>

#include "client.h"
#include "payload.h"

static const char *const vm_names[] = {
	[PKVM_A_VM_HANDLE] = "VM",
	[PKVM_A_VM_MAX_VCPUS] = "max-vcpus",
	[PKVM_A_VM_VCPUS] = "vcpus",
	[PKVM_A_VM_BOUND] = "bound",
	[PKVM_A_VM_ALL] = "all",
};

static int read_handle(const struct nlattr *attrs, int len, void *arg)
{
	return payload_vm_handle(attrs, len, arg);
}

int pkvm_create_vm(struct pkvm_client *client, const struct pkvm_vm_config *config,
		   uint32_t *ret_handle)
{
	uint32_t handle = 0;
	struct request request = {
		.client = client, .cmd = PKVM_CMD_VM_CREATE, REQUEST_NAMES(vm_names),
		.read = read_handle, .arg = &handle
	};
	int err;

	request_begin(&request);
	request_put_u32(&request, PKVM_A_VM_MAX_VCPUS, config->max_vcpus);
	request_put_u32(&request, PKVM_A_VM_VCPUS, config->vcpus);
	if (config->bound)
		request_put_flag(&request, PKVM_A_VM_BOUND);
	err = request_run(&request);
	if (!err)
		*ret_handle = handle;
	return err;
}

int pkvm_destroy_vm(struct pkvm_client *client, uint32_t handle)
{
	struct request request = {
		.client = client, .cmd = PKVM_CMD_VM_DESTROY, REQUEST_NAMES(vm_names)
	};

	request_begin(&request);
	request_put_u32(&request, PKVM_A_VM_HANDLE, handle);
	return request_run(&request);
}

static int read_destroyed(const struct nlattr *attrs, int len, void *arg)
{
	return payload_vm_destroyed(attrs, len, arg);
}

int pkvm_destroy_all_vms(struct pkvm_client *client, uint32_t *ret_n)
{
	uint32_t n = 0;
	struct request request = {
		.client = client, .cmd = PKVM_CMD_VM_DESTROY, REQUEST_NAMES(vm_names),
		.read = read_destroyed, .arg = &n
	};
	int err;

	request_begin(&request);
	request_put_flag(&request, PKVM_A_VM_ALL);
	err = request_run(&request);
	if (!err)
		*ret_n = n;
	return err;
}

static int add_vm(const struct nlattr *attrs, int len, void *arg)
{
	struct pkvm_vm *vm = list_add(arg);

	return vm ? payload_vm(attrs, len, vm) : -ENOMEM;
}

int pkvm_get_vms(struct pkvm_client *client, struct pkvm_vm **ret, size_t *ret_n)
{
	struct list list = { .item_size = sizeof(**ret) };
	int err = request_dump(client, PKVM_CMD_VM_GET, add_vm, &list);

	if (err)
		return err;
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
