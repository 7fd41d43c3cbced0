/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pressure stall information: triggers of the system and of control groups, and shares. */
#ifndef PKVMD_PRESSURE_H
#define PKVMD_PRESSURE_H

#include "manager.h"

/* Watches nothing yet. @paths outlive it. Returns 0 or a negative errno. */
int pressure_new(struct manager *manager, const struct manager_paths *paths,
		 struct pressure **ret);
void pressure_free(struct pressure *pressure);

/*
 * Sets the triggers by the configuration in place of those there are, or none. What cannot be
 * watched is told, and left out.
 */
void pressure_watch(struct pressure *pressure, bool on);

/* The shares now, and whether a trigger has fired since the last call. */
struct policy_pressure pressure_sample(struct pressure *pressure);

/* The host's available memory in pages; UINT64_MAX if it cannot be told. */
uint64_t pressure_available(const struct pressure *pressure);

#endif
