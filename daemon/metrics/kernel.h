/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module answers, as metrics "pkvm_...": the same from pkvmd and from pkvmctl. */
#ifndef METRICS_KERNEL_H
#define METRICS_KERNEL_H

#include <stdbool.h>
#include <pkvm.h>

#include "openmetrics.h"

struct kernel_metrics {
	bool has_info;			/* the module is loaded: @info and @shrinker are good */
	bool has_stats;			/* EL2 lives: @stats and @pages are good */
	struct pkvm_info info;
	struct pkvm_shrinker shrinker;
	struct pkvm_stats stats;
	struct pkvm_page_stats pages;
};

/*
 * Asks the module. That it is not loaded or EL2 is dead is no error, but what is then
 * told. Otherwise a negative errno, which the client tells; *ret is touched on success.
 */
int kernel_metrics_get(struct pkvm_client *client, struct kernel_metrics *ret);

void kernel_metrics_write(struct om_writer *writer, const struct kernel_metrics *metrics);

#endif
