// SPDX-License-Identifier: GPL-2.0-or-later
/* Views of events: one line each, or one JSON object a line. */
#include "view.h"

#include "fields.h"
#include "line.h"
#include "names.h"
#include "record.h"

/* By type: the fields, and where in struct pkvm_event their struct is. */
static const struct {
	const struct ctl_fields *fields;
	size_t offset;
} event_kinds[] = {
	[PKVM_EVENT_REQUEST] = { &ctl_request_fields, offsetof(struct pkvm_event, moved) },
	[PKVM_EVENT_TOPUP] = { &ctl_moved_fields, offsetof(struct pkvm_event, moved) },
	[PKVM_EVENT_RECLAIM] = { &ctl_moved_fields, offsetof(struct pkvm_event, moved) },
	[PKVM_EVENT_SHRINK] = { &ctl_moved_fields, offsetof(struct pkvm_event, moved) },
	[PKVM_EVENT_VM_CREATE] = { &ctl_vm_fields, offsetof(struct pkvm_event, vm) },
	[PKVM_EVENT_VM_DESTROY] = { &ctl_vm_handle_fields, offsetof(struct pkvm_event, vm) },
	[PKVM_EVENT_SHRINKER] = { &ctl_shrinker_fields, offsetof(struct pkvm_event, shrinker) },
	[PKVM_EVENT_STATE] = { &ctl_state_fields, offsetof(struct pkvm_event, info) },
	[PKVM_EVENT_CRASH] = { &ctl_crash_fields, offsetof(struct pkvm_event, crash) },
	[PKVM_EVENT_FAULT] = { &ctl_fault_fields, offsetof(struct pkvm_event, fault) },
};

int ctl_view_event(FILE *out, const struct pkvm_event *event, const struct timespec *when,
		   const struct ctl_style *style)
{
	const struct ctl_fields *fields = event_kinds[event->type].fields;
	const void *object = (const char *)event + event_kinds[event->type].offset;
	struct ctl_json json = { .out = out, .one_line = true };

	ctl_begin_line(out, &json, ctl_word(&ctl_event_words, event->type), when, style);
	if (style->json) {
		ctl_json_fields(&json, fields, object);
		ctl_json_end(&json);
	} else {
		ctl_line(out, fields, object, style);
		fputc('\n', out);
	}
	return 0;
}

int ctl_view_lost(FILE *out, const struct timespec *when, const struct ctl_style *style)
{
	struct ctl_json json = { .out = out, .one_line = true };

	ctl_begin_line(out, &json, "lost", when, style);
	if (style->json)
		ctl_json_end(&json);
	else
		fputs("events came faster than they were read\n", out);
	return 0;
}
