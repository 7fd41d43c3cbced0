/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that pkvmd publishes as metrics: the module's figures and its own. */
#ifndef PKVMD_METRICS_H
#define PKVMD_METRICS_H

#include "../metrics/openmetrics.h"
#include "manager.h"

/* Writes the text as of now. Returns 0, or -ENOMEM; the caller frees *ret_text. */
int metrics_text(struct manager *manager, enum om_format format, char **ret_text,
		 size_t *ret_size);

#endif
