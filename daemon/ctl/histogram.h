/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms whose slots double: slot 0 counts zeros, slot n values from 2^(n-1) to below
 * 2^n, and the last one everything above, too.
 */
#ifndef CTL_HISTOGRAM_H
#define CTL_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "json.h"
#include "record.h"
#include "style.h"

struct ctl_histogram {
	enum ctl_unit unit;	/* CTL_NS, CTL_PAGES or CTL_BYTES */
	size_t n;
	const uint64_t *slots;
};

/*
 * A line for each slot from the first that is not 0 to the last: its range, its count and a
 * bar, the longest of which fills what is left of @style->width. Nothing if all are 0.
 */
void ctl_histogram_draw(FILE *out, const struct ctl_histogram *histogram,
			const struct ctl_style *style);

/* A member @key: an object with the lower end of each slot that is not 0, and its count. */
void ctl_histogram_json(struct ctl_json *json, const char *key,
			const struct ctl_histogram *histogram);

#endif
