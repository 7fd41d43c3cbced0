// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of VMs. */
#include "view.h"

#include <inttypes.h>

#include "fields.h"
#include "record.h"

int ctl_view_vms(FILE *out, const struct pkvm_vm *vms, size_t n, const struct ctl_style *style)
{
	return ctl_table(out, "vms", &ctl_vm_fields, vms, n, sizeof(*vms), style);
}

static const struct ctl_field handle_field = { "handle",         "handle", CTL_COUNT, 0,
					       sizeof(uint32_t), NULL,     false };

static const struct ctl_fields handle_fields = { 1, &handle_field };

/* For people: one a line and nothing else, to be read by scripts too. */
int ctl_view_handles(FILE *out, const uint32_t *handles, size_t n, const struct ctl_style *style)
{
	if (style->json)
		return ctl_table(out, "vms", &handle_fields, handles, n, sizeof(*handles), style);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%" PRIu32 "\n", handles[i]);
	return 0;
}

int ctl_view_destroyed(FILE *out, size_t n, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };

	if (style->json) {
		ctl_json_begin(&json, NULL);
		ctl_json_number(&json, "destroyed", n);
		ctl_json_end(&json);
		return 0;
	}
	fprintf(out, "destroyed %zu VM%s\n", n, n == 1 ? "" : "s");
	return 0;
}
