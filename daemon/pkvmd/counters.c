// SPDX-License-Identifier: GPL-2.0-or-later
/* Histograms. */
#include "counters.h"

#define US	UINT64_C(1000)
#define MS	(1000 * US)

const struct histogram_shape request_latency_shape = {
	.unit = "ns",
	.n = 12,
	.bounds = { 10 * US, 25 * US, 50 * US, 100 * US, 250 * US, 500 * US, MS, 2500 * US,
		    10 * MS, 50 * MS, 250 * MS, 1000 * MS },
};

const struct histogram_shape topup_size_shape = {
	.unit = "pages",
	.n = 10,
	.bounds = { 1, 4, 16, 64, 256, 512, 1024, 4096, 16384, 65536 },
};

void histogram_add(struct histogram *histogram, uint64_t value)
{
	size_t i = 0;

	while (i < histogram->shape->n && value > histogram->shape->bounds[i])
		i++;
	histogram->counts[i]++;
	histogram->sum += value;
}

void counters_init(struct counters *counters)
{
	*counters = (struct counters){
		.request_latency.shape = &request_latency_shape,
		.topup_size.shape = &topup_size_shape,
	};
}
