// SPDX-License-Identifier: GPL-2.0-or-later
/* Dictionaries a{sv}: structs for those who read keys, not positions. */
#include "bus_dict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dict_string(sd_bus_message *message, const char *key, const char *value)
{
	return sd_bus_message_append(message, "{sv}", key, "s", value);
}

int dict_bool(sd_bus_message *message, const char *key, bool value)
{
	return sd_bus_message_append(message, "{sv}", key, "b", value);
}

int dict_u32(sd_bus_message *message, const char *key, uint32_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "u", value);
}

int dict_u64(sd_bus_message *message, const char *key, uint64_t value)
{
	return sd_bus_message_append(message, "{sv}", key, "t", value);
}

int dict_double(sd_bus_message *message, const char *key, double value)
{
	return sd_bus_message_append(message, "{sv}", key, "d", value);
}

int dict_begin(sd_bus_message *message)
{
	return sd_bus_message_open_container(message, 'a', "{sv}");
}

int dict_end(sd_bus_message *message, int err)
{
	return err < 0 ? err : sd_bus_message_close_container(message);
}

static const char *origin_name(enum action_origin origin)
{
	return origin == ORIGIN_PERSON ? "person" : "policy";
}

/* What is told of it before and after. */
static int add_action(sd_bus_message *message, const struct action *action)
{
	int err = dict_string(message, "action", policy_action_name(action->kind));

	if (err >= 0)
		err = dict_string(message, "reason", policy_reason_name(action->reason));
	if (err >= 0)
		err = dict_string(message, "reason-text", policy_reason_text(action->reason));
	if (err >= 0)
		err = dict_string(message, "origin", origin_name(action->origin));
	if (err >= 0)
		err = dict_bool(message, "dry-run", action->dry_run);
	if (err >= 0)
		err = dict_u64(message, "asked-pages", action->asked);
	return err;
}

/* What the decision was made by. */
static int add_figures(sd_bus_message *message, const struct policy_decision *decision)
{
	int err = dict_u64(message, "reserve-pages", decision->reserve);

	if (err >= 0)
		err = dict_u64(message, "low-mark-pages", decision->low);
	if (err >= 0)
		err = dict_u64(message, "target-pages", decision->target);
	if (err >= 0)
		err = dict_string(message, "pressure-level", policy_level_name(decision->level));
	if (err >= 0)
		err = dict_double(message, "stalled-percent", decision->avg10 / 100.0);
	if (err >= 0)
		err = dict_double(message, "threshold-percent", decision->enter / 100.0);
	return err;
}

int dict_of_beginning(sd_bus_message *message, const struct action *action,
		      const struct policy_decision *decision)
{
	int err = dict_begin(message);

	if (err >= 0)
		err = add_action(message, action);
	if (err >= 0)
		err = add_figures(message, decision);
	return dict_end(message, err);
}

int dict_of_end(sd_bus_message *message, const struct action *action, uint64_t reserve)
{
	int err = dict_begin(message);

	if (err >= 0)
		err = add_action(message, action);
	if (err >= 0)
		err = dict_u64(message, "done-pages", action->done);
	if (err >= 0)
		err = dict_u64(message, "duration-usec", action->took);
	if (err >= 0)
		err = dict_u64(message, "reserve-pages", reserve);
	if (err >= 0 && action->error)
		err = dict_string(message, "error", strerror(-action->error));
	if (err >= 0 && *action->sentence)
		err = dict_string(message, "remark", action->sentence);
	return dict_end(message, err);
}

static int add_outcome(sd_bus_message *message, const struct decision_entry *entry)
{
	int err = dict_u64(message, "done-pages", entry->done);

	if (err >= 0)
		err = dict_u64(message, "duration-usec", entry->duration);
	if (err >= 0 && entry->error)
		err = dict_string(message, "error", strerror(-entry->error));
	return err;
}

static int add_text(sd_bus_message *message, const struct decision_entry *entry)
{
	char *text = decision_explain(entry);
	int err = text ? dict_string(message, "text", text) : -ENOMEM;

	free(text);
	return err;
}

int dict_of_decision(sd_bus_message *message, const struct decision_entry *entry)
{
	const struct policy_decision *decision = &entry->decision;
	int err = dict_begin(message);

	if (err >= 0)
		err = dict_u64(message, "time-usec", entry->realtime);
	if (err >= 0)
		err = dict_string(message, "action", policy_action_name(decision->action));
	if (err >= 0 && decision->suppressed != POLICY_NONE)
		err = dict_string(message, "suppressed", policy_action_name(decision->suppressed));
	if (err >= 0)
		err = dict_string(message, "reason", policy_reason_name(decision->reason));
	if (err >= 0)
		err = dict_string(message, "origin", origin_name(entry->origin));
	if (err >= 0)
		err = dict_bool(message, "dry-run", entry->dry_run);
	if (err >= 0)
		err = dict_u64(message, "pages", decision->pages);
	if (err >= 0)
		err = add_figures(message, decision);
	if (err >= 0 && entry->completed)
		err = add_outcome(message, entry);
	if (err >= 0)
		err = add_text(message, entry);
	return dict_end(message, err);
}

int dict_of_shrinker(sd_bus_message *message, const struct pkvm_shrinker *shrinker)
{
	int err = dict_begin(message);

	if (err >= 0)
		err = dict_bool(message, "enabled", shrinker->enabled);
	if (err >= 0)
		err = dict_u32(message, "seeks", shrinker->seeks);
	if (err >= 0)
		err = dict_u64(message, "batch-pages", shrinker->batch);
	if (err >= 0)
		err = dict_u64(message, "reserve-pages", shrinker->reserve);
	return dict_end(message, err);
}

void dict_mask(char *text)
{
	for (char *c = text; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			*c = '?';
	}
}

int dict_of_vm(sd_bus_message *message, const struct pkvm_vm *vm)
{
	char comm[sizeof(vm->comm) + 1];
	int err = dict_begin(message);

	snprintf(comm, sizeof(comm), "%.*s", (int)sizeof(vm->comm), vm->comm);
	dict_mask(comm);
	if (err >= 0)
		err = dict_u32(message, "handle", vm->handle);
	if (err >= 0)
		err = dict_u32(message, "vcpus", vm->vcpus);
	if (err >= 0)
		err = dict_u32(message, "max-vcpus", vm->max_vcpus);
	if (err >= 0)
		err = dict_bool(message, "bound", vm->bound);
	if (err >= 0)
		err = dict_u64(message, "heap-bytes", vm->bytes);
	if (err >= 0)
		err = dict_u64(message, "requests", vm->requests);
	if (err >= 0)
		err = dict_u64(message, "topped-up-pages", vm->pages);
	if (err >= 0)
		err = dict_u64(message, "age-usec", vm->age_ns / 1000);
	if (err >= 0)
		err = dict_u32(message, "pid", vm->pid);
	if (err >= 0)
		err = dict_string(message, "creator", comm);
	return dict_end(message, err);
}
