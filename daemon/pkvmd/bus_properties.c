// SPDX-License-Identifier: GPL-2.0-or-later
/* Properties: what is asked for is as of now. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pkvm/version.h>

#include "bus_dict.h"
#include "bus_internal.h"

/* Once in a round of the loop, however many properties are asked for in it. */
static void freshen(struct bus *bus)
{
	uint64_t now;

	if (sd_event_now(bus->manager->event, CLOCK_MONOTONIC, &now) < 0 || now == bus->fresh_at)
		return;
	manager_refresh(bus->manager);
	bus->fresh_at = now;
}

static const struct {
	const char *name;
	size_t offset;
} figures[] = {
#define FIGURE(name, member)	{ name, offsetof(struct manager, member) }
	BUS_FIGURES(FIGURE),
};

BUS_GETTER(bus_get_figure)
{
	struct bus *bus = arg;

	freshen(bus);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		uint64_t value;

		if (strcmp(figures[i].name, property))
			continue;
		memcpy(&value, (char *)bus->manager + figures[i].offset, sizeof(value));
		return sd_bus_message_append(reply, "t", value);
	}
	return -ENOENT;
}

static const char *text_of(const struct manager *manager, const char *property)
{
	bool known = manager->state == MANAGER_LIVE || manager->state == MANAGER_DEAD;

	if (!strcmp(property, "Version"))
		return PKVM_VERSION;
	if (!strcmp(property, "State"))
		return manager_state_name(manager->state);
	if (!strcmp(property, "PressureLevel"))
		return policy_level_name(manager->policy.level);
	if (!strcmp(property, "ProbeReason"))
		return manager->probe_reason.text;
	if (!known)
		return "";
	if (!strcmp(property, "ModuleVersion"))
		return manager->info.module_version;
	return manager->info.provider == PKVM_PROVIDER_EL2 ? "el2" : "kvm";
}

BUS_GETTER(bus_get_text)
{
	struct bus *bus = arg;

	return sd_bus_message_append(reply, "s", text_of(bus->manager, property));
}

BUS_GETTER(bus_get_dry_run)
{
	struct bus *bus = arg;

	return sd_bus_message_append(reply, "b", bus->manager->config.value[CONFIG_DRY_RUN] != 0);
}

BUS_GETTER(bus_get_probe_running)
{
	struct bus *bus = arg;

	return sd_bus_message_append(reply, "b", bus->manager->probe_running);
}

BUS_GETTER(bus_get_stalled)
{
	struct bus *bus = arg;

	return sd_bus_message_append(reply, "d", bus->manager->sample.pressure.some_avg10 / 100.0);
}

BUS_GETTER(bus_get_shrinker)
{
	struct bus *bus = arg;

	return dict_of_shrinker(reply, &bus->manager->shrinker);
}

BUS_GETTER(bus_get_configuration)
{
	const struct config *config = &((struct bus *)arg)->manager->config;
	int err = sd_bus_message_open_container(reply, 'a', "{s(ss)}");

	for (enum config_id id = 0; err >= 0 && id < CONFIG_KEYS; id++) {
		char *text = config_text(config, id);

		err = text ? sd_bus_message_append(reply, "{s(ss)}", config_keys[id].name, text,
						   config->origin[id]) :
			     -ENOMEM;
		free(text);
	}
	return err < 0 ? err : sd_bus_message_close_container(reply);
}

static int add_counts(sd_bus_message *reply, enum policy_action action,
		      const uint64_t counts[POLICY_REASONS])
{
	int err = 0;

	for (enum policy_reason reason = 0; err >= 0 && reason < POLICY_REASONS; reason++) {
		if (counts[reason])
			err = sd_bus_message_append(reply, "(sst)", policy_action_name(action),
						    policy_reason_name(reason), counts[reason]);
	}
	return err;
}

BUS_GETTER(bus_get_actions)
{
	const struct counters *counters = &((struct bus *)arg)->manager->counters;
	bool suppressed = !strcmp(property, "SuppressedActions");
	int err = sd_bus_message_open_container(reply, 'a', "(sst)");

	for (enum policy_action action = 0; err >= 0 && action < POLICY_ACTIONS; action++)
		err = add_counts(reply, action,
				 suppressed ? counters->suppressed[action] :
					      counters->actions[action]);
	return err < 0 ? err : sd_bus_message_close_container(reply);
}
