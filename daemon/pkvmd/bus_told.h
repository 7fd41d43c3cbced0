/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known on the bus of properties that tell when they change: to tell no others. */
#ifndef PKVMD_BUS_TOLD_H
#define PKVMD_BUS_TOLD_H

#include "manager.h"

#define BUS_TOLD_PROPERTIES	9

/* As last told. Members have no padding, so that they can be compared as bytes. */
struct bus_told {
	enum manager_state state;
	enum policy_level level;
	uint32_t provider;		/* and whether there is one */
	char module_version[sizeof(((struct pkvm_info *)NULL)->module_version)];
	bool dry_run;
	uint64_t config_version;
	uint64_t shrinker[4];
	bool probe_running;
	char probe_reason[sizeof(((struct ctl_message *)NULL)->text)];
};

void bus_told_init(struct bus_told *told, const struct manager *manager);

/*
 * Takes over what is now. Returns how many properties it makes different from what was told
 * last, and their names, which end with NULL.
 */
size_t bus_told_update(struct bus_told *told, const struct manager *manager,
		       const char *ret_names[BUS_TOLD_PROPERTIES + 1]);

#endif
