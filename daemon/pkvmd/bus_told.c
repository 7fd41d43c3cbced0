// SPDX-License-Identifier: GPL-2.0-or-later
/* Which properties have changed. */
#include "bus_told.h"

#include <stdio.h>
#include <string.h>

#define MEMBER(property, member) \
	{ property, offsetof(struct bus_told, member), sizeof(((struct bus_told *)NULL)->member) }

static const struct {
	const char *name;
	size_t offset, size;
} properties[BUS_TOLD_PROPERTIES] = {
	MEMBER("State", state),
	MEMBER("Provider", provider),
	MEMBER("ModuleVersion", module_version),
	MEMBER("PressureLevel", level),
	MEMBER("DryRun", dry_run),
	MEMBER("Configuration", config_version),
	MEMBER("Shrinker", shrinker),
	MEMBER("ProbeRunning", probe_running),
	MEMBER("ProbeReason", probe_reason),
};

void bus_told_init(struct bus_told *told, const struct manager *manager)
{
	const struct pkvm_shrinker *shrinker = &manager->shrinker;

	*told = (struct bus_told){
		.state = manager->state,
		.level = manager->policy.level,
		.dry_run = manager->config.value[CONFIG_DRY_RUN],
		.config_version = manager->config_version,
		.shrinker = { shrinker->enabled, shrinker->seeks, shrinker->batch,
			      shrinker->reserve },
		.probe_running = manager->probe_running,
	};
	snprintf(told->probe_reason, sizeof(told->probe_reason), "%s", manager->probe_reason.text);
	if (manager->state != MANAGER_LIVE && manager->state != MANAGER_DEAD)
		return;
	told->provider = manager->info.provider + 1;
	snprintf(told->module_version, sizeof(told->module_version), "%s",
		 manager->info.module_version);
}

size_t bus_told_update(struct bus_told *told, const struct manager *manager,
		       const char *ret_names[BUS_TOLD_PROPERTIES + 1])
{
	const struct bus_told before = *told;
	size_t n = 0;

	bus_told_init(told, manager);
	for (size_t i = 0; i < BUS_TOLD_PROPERTIES; i++) {
		if (memcmp((const char *)told + properties[i].offset,
			   (const char *)&before + properties[i].offset, properties[i].size))
			ret_names[n++] = properties[i].name;
	}
	ret_names[n] = NULL;
	return n;
}
