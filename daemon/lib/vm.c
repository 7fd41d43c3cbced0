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

static int begin(struct pkvm_client *client, struct request *request, uint8_t cmd)
{
	int err = request_begin(client, request, cmd, 0);

	if (err)
		return err;
	request->names = vm_names;
	request->n_names = sizeof(vm_names) / sizeof(vm_names[0]);
	return 0;
}

/* Runs the request if putting its attributes together has worked, else drops it. */
static int run(struct pkvm_client *client, struct request *request, int err)
{
	if (!err)
		return request_run(client, request);
	request_drop(request);
	return err;
}

static int read_handle(const struct nlattr *attrs, int len, void *arg)
{
	return payload_vm_handle(attrs, len, arg);
}

static int put_config(struct pkvm_client *client, struct request *request,
		      const struct pkvm_vm_config *config)
{
	int err = request_put_u32(client, request, PKVM_A_VM_MAX_VCPUS, config->max_vcpus);

	if (!err)
		err = request_put_u32(client, request, PKVM_A_VM_VCPUS, config->vcpus);
	if (!err && config->bound)
		err = request_put_flag(client, request, PKVM_A_VM_BOUND);
	return err;
}

int pkvm_create_vm(struct pkvm_client *client, const struct pkvm_vm_config *config,
		   uint32_t *ret_handle)
{
	struct request request;
	uint32_t handle = 0;
	int err;

	client_reset(client);
	err = begin(client, &request, PKVM_CMD_VM_CREATE);
	if (err)
		return err;
	request.read = read_handle;
	request.arg = &handle;
	err = run(client, &request, put_config(client, &request, config));
	if (!err)
		*ret_handle = handle;
	return err;
}

static int read_destroyed(const struct nlattr *attrs, int len, void *arg)
{
	return payload_vm_destroyed(attrs, len, arg);
}

int pkvm_destroy_vm(struct pkvm_client *client, uint32_t handle)
{
	struct request request;
	int err;

	client_reset(client);
	err = begin(client, &request, PKVM_CMD_VM_DESTROY);
	if (err)
		return err;
	return run(client, &request, request_put_u32(client, &request, PKVM_A_VM_HANDLE, handle));
}

int pkvm_destroy_all_vms(struct pkvm_client *client, uint32_t *ret_n)
{
	struct request request;
	uint32_t n = 0;
	int err;

	client_reset(client);
	err = begin(client, &request, PKVM_CMD_VM_DESTROY);
	if (err)
		return err;
	request.read = read_destroyed;
	request.arg = &n;
	err = run(client, &request, request_put_flag(client, &request, PKVM_A_VM_ALL));
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
	int err;

	client_reset(client);
	err = request_dump(client, PKVM_CMD_VM_GET, add_vm, &list);
	if (err)
		return err;
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}
