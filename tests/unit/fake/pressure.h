/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory pressure as a test wants it, in place of the kernel's files. */
#ifndef FAKE_PRESSURE_H
#define FAKE_PRESSURE_H

#include "../../../daemon/pkvmd/manager.h"

struct fake_pressure {
	uint32_t share;			/* some avg10, hundredths of a percent */
	uint64_t available;		/* pages; UINT64_MAX: unknown */
	bool watched;			/* triggers are set */
	unsigned int set;		/* times that they were */
};

extern struct fake_pressure fake_pressure;

/* A trigger fires, at this share. */
void fake_pressure_fire(struct manager *manager, uint32_t share);

#endif
