// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl vm create, vm list, vm destroy */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd.h"
#include "view.h"

static struct pkvm_vm_config config_of(const struct ctl_args *args)
{
	uint32_t vcpus = (uint32_t)ctl_value_or(args->vcpus, 1);
	uint32_t max_vcpus = (uint32_t)ctl_value_or(args->max_vcpus, vcpus ? vcpus : 1);

	return (struct pkvm_vm_config){ .max_vcpus = max_vcpus, .vcpus = vcpus };
}

/* Those that were created before one could not be stay: their handles must not be lost. */
static enum ctl_exit creation_failed(struct ctl *ctl, const uint32_t *handles, size_t n)
{
	enum ctl_exit status = ctl_client_failed(ctl);

	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%s %" PRIu32 "%s",
			i ? "," : "pkvmctl: created before it:", handles[i],
			i + 1 == n ? "\n" : "");
	return status;
}

enum ctl_exit ctl_cmd_vm_create(struct ctl *ctl)
{
	size_t count = ctl_value_or(ctl->args->count, 1), n = 0;
	struct pkvm_vm_config config = config_of(ctl->args);
	uint32_t *handles = calloc(count, sizeof(*handles));
	enum ctl_exit status;

	if (!handles)
		return ctl_failed("out of memory");
	while (n < count && !pkvm_create_vm(ctl->client, &config, &handles[n]))
		n++;
	if (n == count)
		status = ctl_viewed(ctl_view_handles(ctl->out, handles, n, &ctl->style));
	else
		status = creation_failed(ctl, handles, n);
	free(handles);
	return status;
}

enum ctl_exit ctl_cmd_vm_list(struct ctl *ctl)
{
	struct pkvm_vm *vms;
	size_t n;
	int err;

	if (pkvm_get_vms(ctl->client, &vms, &n))
		return ctl_client_failed(ctl);
	err = ctl_view_vms(ctl->out, vms, n, &ctl->style);
	free(vms);
	return ctl_viewed(err);
}

enum ctl_exit ctl_cmd_vm_destroy(struct ctl *ctl)
{
	const struct ctl_args *args = ctl->args;
	uint32_t destroyed = 0;

	if (args->all.given) {
		if (pkvm_destroy_all_vms(ctl->client, &destroyed))
			return ctl_client_failed(ctl);
	} else {
		for (; destroyed < args->nr_handles; destroyed++) {
			if (pkvm_destroy_vm(ctl->client, args->handles[destroyed]))
				return ctl_client_failed(ctl);
		}
	}
	return ctl_viewed(ctl_view_destroyed(ctl->out, destroyed, &ctl->style));
}
