// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of pkvmd: its configuration, its decisions. */
#include "view.h"

#include <time.h>

#include "fields.h"
#include "record.h"

int ctl_view_policy(FILE *out, const struct ctl_policy_key *keys, size_t n,
		    const struct ctl_style *style)
{
	return ctl_table(out, "policy", &ctl_policy_fields, keys, n, sizeof(*keys), style);
}

static void json_decision(struct ctl_json *json, const char *key,
			  const struct ctl_decision *decision)
{
	ctl_json_begin(json, key);
	ctl_json_fields(json, &ctl_decision_fields, decision);
	ctl_json_end(json);
}

/* One object per line: the first is as of now. */
static int explanation_json(FILE *out, const struct ctl_decision *now,
			    const struct ctl_decision *past, size_t n)
{
	struct ctl_json json = { .out = out, .one_line = true };

	json_decision(&json, NULL, now);
	for (size_t i = 0; i < n; i++)
		json_decision(&json, NULL, &past[i]);
	return 0;
}

static void print_time(FILE *out, uint64_t time_us)
{
	time_t seconds = (time_t)(time_us / 1000000);
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%F %T", &tm);
	fputs(text, out);
}

int ctl_view_explanation(FILE *out, const struct ctl_decision *now, const struct ctl_decision *past,
			 size_t n, const struct ctl_style *style)
{
	if (style->json)
		return explanation_json(out, now, past, n);
	fprintf(out, "now: %s\n", now->text);
	for (size_t i = 0; i < n; i++) {
		print_time(out, past[i].time_us);
		fprintf(out, "  %s\n", past[i].text);
	}
	return 0;
}
