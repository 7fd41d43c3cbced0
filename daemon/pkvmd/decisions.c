// SPDX-License-Identifier: GPL-2.0-or-later
/* Decisions remembered, and told in sentences. */
#include "decisions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void decisions_add(struct decisions *decisions, const struct decision_entry *entry)
{
	decisions->entries[decisions->next] = *entry;
	decisions->next = (decisions->next + 1) % DECISIONS_KEPT;
	if (decisions->n < DECISIONS_KEPT)
		decisions->n++;
}

const struct decision_entry *decisions_get(const struct decisions *decisions, size_t age)
{
	if (age >= decisions->n)
		return NULL;
	return &decisions->entries[(decisions->next + DECISIONS_KEPT - 1 - age) % DECISIONS_KEPT];
}

struct decision_entry *decisions_open(struct decisions *decisions)
{
	for (size_t i = 0; i < decisions->n; i++) {
		struct decision_entry *entry = &decisions->entries[i];

		if (entry->decision.action != POLICY_NONE && !entry->completed)
			return entry;
	}
	return NULL;
}

static void tell_action(FILE *out, const struct decision_entry *entry)
{
	const struct policy_decision *decision = &entry->decision;

	fprintf(out, "%s of %" PRIu64 " pages", policy_action_name(decision->action),
		decision->pages);
	if (entry->dry_run)
		fputs(" (dry run)", out);
	fprintf(out, ": %s", policy_reason_text(decision->reason));
	if (!entry->completed)
		fputs("; under way", out);
	else
		fprintf(out, "; moved %" PRIu64 " pages in %" PRIu64 ".%03" PRIu64 " ms",
			entry->done, entry->duration / 1000, entry->duration % 1000);
	if (entry->error)
		fprintf(out, "; ended with: %s", strerror(-entry->error));
}

static void tell_suppression(FILE *out, const struct policy_decision *decision)
{
	if (decision->suppressed == POLICY_NONE) {
		fprintf(out, "no action: %s", policy_reason_text(decision->reason));
		return;
	}
	fprintf(out, "no %s", policy_action_name(decision->suppressed));
	if (decision->pages)
		fprintf(out, " of %" PRIu64 " pages", decision->pages);
	fprintf(out, ": %s", policy_reason_text(decision->reason));
}

static void tell_share(FILE *out, const char *name, uint32_t share)
{
	fprintf(out, "%s %u.%02u %%", name, share / 100, share % 100);
}

static void tell_figures(FILE *out, const struct policy_decision *decision)
{
	fprintf(out, " [reserve %" PRIu64 " pages, low mark %" PRIu64 ", target %" PRIu64
		     "; pressure %s, ",
		decision->reserve, decision->low, decision->target,
		policy_level_name(decision->level));
	tell_share(out, "stalled", decision->avg10);
	tell_share(out, ", threshold", decision->enter);
	fputc(']', out);
}

char *decision_explain(const struct decision_entry *entry)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool failed;

	if (!out)
		return NULL;
	if (entry->decision.action != POLICY_NONE)
		tell_action(out, entry);
	else
		tell_suppression(out, &entry->decision);
	if (entry->decision.reason != REASON_NO_HYP)
		tell_figures(out, &entry->decision);
	failed = ferror(out);
	if (fclose(out) || failed) {
		free(text);
		return NULL;
	}
	return text;
}
