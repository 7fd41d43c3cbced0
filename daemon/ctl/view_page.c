// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of who owns what. */
#include "view.h"

#include "fields.h"
#include "record.h"

int ctl_view_page(FILE *out, const struct pkvm_page *page, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };

	if (!style->json)
		return ctl_sheet(out, "Page", &ctl_page_fields, page, style);
	ctl_json_begin(&json, NULL);
	ctl_json_fields(&json, &ctl_page_fields, page);
	ctl_json_end(&json);
	return 0;
}

int ctl_view_page_stats(FILE *out, const struct pkvm_page_stats *stats,
			const struct ctl_style *style)
{
	static const struct {
		const char *title, *key;
		const struct ctl_fields *fields;
	} parts[] = {
		{ "Owners", "owners", &ctl_owner_fields },
		{ "Host's stage-2", "host_s2", &ctl_host_s2_fields },
		{ "CPUs", "cpus", &ctl_cpu_fields },
		{ "Arena", "arena", &ctl_arena_fields },
	};
	struct ctl_json json = { .out = out };
	int err = 0;

	if (!style->json) {
		for (size_t i = 0; !err && i < sizeof(parts) / sizeof(parts[0]); i++)
			err = ctl_sheet(out, parts[i].title, parts[i].fields, stats, style);
		return err;
	}
	ctl_json_begin(&json, NULL);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ctl_json_begin(&json, parts[i].key);
		ctl_json_fields(&json, parts[i].fields, stats);
		ctl_json_end(&json);
	}
	ctl_json_end(&json);
	return 0;
}
