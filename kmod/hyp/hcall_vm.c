// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls about VMs. */
#include "hcall.h"

#include "string.h"
#include "vm.h"

int hcall_vm_create(struct hcall *call)
{
	return vm_create(call->arg[1], &call->ask, &call->ret[2]);
}

int hcall_vcpu_create(struct hcall *call)
{
	return vcpu_create(call->arg[1], call->arg[2], &call->ask);
}

int hcall_vm_destroy(struct hcall *call)
{
	return vm_destroy(call->arg[1], &call->ret[2]);
}

int hcall_vm_info(struct hcall *call)
{
	struct pkvm_vm_info info;
	int err = vm_info(call->arg[1], &info);

	if (!err)
		memcpy(&call->ret[2], &info, sizeof(info));
	return err;
}
