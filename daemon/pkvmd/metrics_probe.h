/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pkvmd-probe has measured, as metrics; without it only that it does not run. */
#ifndef PKVMD_METRICS_PROBE_H
#define PKVMD_METRICS_PROBE_H

#include "../metrics/openmetrics.h"

/* Reads what is pinned now. */
void metrics_probe_write(struct om_writer *writer);

#endif
