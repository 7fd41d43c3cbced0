// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmd's pressure.h over variables. */
#include "pressure.h"

#include "../../../daemon/pkvmd/pressure.h"

struct fake_pressure fake_pressure = { .available = UINT64_MAX };

static bool triggered;

int pressure_new(struct manager *manager, const struct manager_paths *paths, struct pressure **ret)
{
	(void)manager, (void)paths;
	*ret = NULL;
	return 0;
}

void pressure_free(struct pressure *pressure)
{
	(void)pressure;
}

void pressure_watch(struct pressure *pressure, bool on)
{
	(void)pressure;
	fake_pressure.watched = on;
	fake_pressure.set += on;
}

struct policy_pressure pressure_sample(struct pressure *pressure)
{
	const struct policy_pressure sample = { triggered, fake_pressure.share };

	(void)pressure;
	triggered = false;
	return sample;
}

uint64_t pressure_available(const struct pressure *pressure)
{
	(void)pressure;
	return fake_pressure.available;
}

void fake_pressure_fire(struct manager *manager, uint32_t share)
{
	triggered = true;
	fake_pressure.share = share;
	manager_look(manager);
}
