// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of the whole: status, versions, the doctor's findings. */
#include "view.h"

#include <inttypes.h>
#include <pkvm/version.h>

#include "fields.h"
#include "record.h"

static void json_object(struct ctl_json *json, const char *key, const struct ctl_fields *fields,
			const void *object)
{
	ctl_json_begin(json, key);
	ctl_json_fields(json, fields, object);
	ctl_json_end(json);
}

static int status_json(FILE *out, const struct ctl_status *status)
{
	struct ctl_json json = { .out = out };

	ctl_json_begin(&json, NULL);
	json_object(&json, "el2", &ctl_info_fields, &status->info);
	if (status->has_stats) {
		json_object(&json, "memory", &ctl_mem_fields, &status->stats.mem);
		json_object(&json, "heap", &ctl_heap_fields, &status->stats.heap);
		json_object(&json, "host", &ctl_host_fields, &status->stats.host);
	}
	json_object(&json, "shrinker", &ctl_shrinker_fields, &status->shrinker);
	if (status->has_daemon)
		json_object(&json, "daemon", &ctl_daemon_fields, &status->daemon);
	if (status->has_crash)
		json_object(&json, "crash", &ctl_crash_fields, &status->crash);
	ctl_json_end(&json);
	return 0;
}

int ctl_view_status(FILE *out, const struct ctl_status *status, const struct ctl_style *style)
{
	int err;

	if (style->json)
		return status_json(out, status);
	err = ctl_sheet(out, "EL2", &ctl_info_fields, &status->info, style);
	if (!err && status->has_stats)
		err = ctl_sheet(out, "Memory", &ctl_summary_fields, &status->stats, style);
	if (!err)
		err = ctl_sheet(out, "Shrinker", &ctl_shrinker_fields, &status->shrinker, style);
	if (!err && status->has_daemon)
		err = ctl_sheet(out, "Daemon", &ctl_daemon_fields, &status->daemon, style);
	else if (!err)
		fputs("Daemon\n  pkvmd does not run\n", out);
	if (!err && status->has_crash)
		err = ctl_sheet(out, "Crash record", &ctl_crash_fields, &status->crash, style);
	return err;
}

int ctl_view_heap(FILE *out, const struct pkvm_stats *stats, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };
	int err;

	if (!style->json) {
		err = ctl_sheet(out, "Heap", &ctl_heap_fields, &stats->heap, style);
		if (!err)
			err = ctl_sheet(out, "Memory", &ctl_mem_fields, &stats->mem, style);
		return err ? err : ctl_sheet(out, "Host", &ctl_host_fields, &stats->host, style);
	}
	ctl_json_begin(&json, NULL);
	json_object(&json, "heap", &ctl_heap_fields, &stats->heap);
	json_object(&json, "memory", &ctl_mem_fields, &stats->mem);
	json_object(&json, "host", &ctl_host_fields, &stats->host);
	ctl_json_end(&json);
	return 0;
}

int ctl_view_version(FILE *out, const struct pkvm_info *info, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out };

	if (style->json) {
		ctl_json_begin(&json, NULL);
		ctl_json_string(&json, "pkvmctl", PKVM_VERSION);
		ctl_json_number(&json, "netlink_abi", PKVM_NETLINK_ABI);
		if (info)
			json_object(&json, "module", &ctl_version_fields, info);
		ctl_json_end(&json);
		return 0;
	}
	fprintf(out, "pkvmctl %s, netlink ABI %d\n", PKVM_VERSION, PKVM_NETLINK_ABI);
	if (!info) {
		fputs("module not loaded\n", out);
		return 0;
	}
	fprintf(out, "module %s, netlink ABI %" PRIu32 ", hypercall ABI %" PRIu32 "\n",
		info->module_version, info->netlink_abi, info->module_abi);
	if (info->state == PKVM_STATE_LIVE)
		fprintf(out, "EL2 hypercall ABI %" PRIu32 "\n", info->hyp_abi);
	return 0;
}

static const char *const verdict_colors[] = {
	[CTL_VERDICT_OK] = "\033[32m",
	[CTL_VERDICT_WARN] = "\033[33m",
	[CTL_VERDICT_FAIL] = "\033[31m",
};

static const struct ctl_field finding_fields_list[] = {
	{ "check", "check", CTL_TEXT, CTL_MEMBER(struct ctl_finding, check), NULL, false },
	{ "verdict", "verdict", CTL_WORD, CTL_MEMBER(struct ctl_finding, verdict),
	  &ctl_verdict_words, false },
	{ "finding", "finding", CTL_CHARS, CTL_MEMBER(struct ctl_finding, text), NULL, false },
	{ "advice", "advice", CTL_TEXT, CTL_MEMBER(struct ctl_finding, advice), NULL, false },
};

static const struct ctl_fields finding_fields = { 4, finding_fields_list };

int ctl_view_doctor(FILE *out, const struct ctl_finding findings[CTL_DOCTOR_CHECKS],
		    const struct ctl_style *style)
{
	if (style->json)
		return ctl_table(out, "findings", &finding_fields, findings, CTL_DOCTOR_CHECKS,
				 sizeof(findings[0]), style);
	for (size_t i = 0; i < CTL_DOCTOR_CHECKS; i++) {
		const struct ctl_finding *f = &findings[i];

		fprintf(out, "%s%-4s%s  %-10s  %s%s%s\n",
			style->color ? verdict_colors[f->verdict] : "",
			ctl_word(&ctl_verdict_words, f->verdict), style->color ? "\033[0m" : "",
			f->check, f->text, *f->advice ? " -> " : "", f->advice);
	}
	return 0;
}
