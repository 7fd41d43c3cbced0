// SPDX-License-Identifier: GPL-2.0-or-later
/* Quantities as people read them. */
#include "format.h"

#include <inttypes.h>
#include <stdio.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * Prints @value in the largest of @units (each @step times the one before) that
 * keeps it at 1 or more: without decimals if it is exact, else with one.
 */
static void format_scaled(uint64_t value, uint64_t step, const char *const units[], size_t n,
			  char *buf, size_t size)
{
	uint64_t scale = 1, whole, tenths;
	size_t unit = 0;

	while (unit + 1 < n && value / scale >= step) {
		scale *= step;
		unit++;
	}
	whole = value / scale;
	/* The remainder is below 2^60 (the largest scale), so ten times it fits. */
	tenths = ((value % scale) * 10 + scale / 2) / scale;
	if (tenths == 10) {
		whole++;
		tenths = 0;
	}
	if (whole == step && unit + 1 < n) {
		whole = 1;
		unit++;
	}
	if (value % scale)
		snprintf(buf, size, "%" PRIu64 ".%" PRIu64 " %s", whole, tenths, units[unit]);
	else
		snprintf(buf, size, "%" PRIu64 " %s", whole, units[unit]);
}

void ctl_format_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

	format_scaled(bytes, 1024, units, ARRAY_SIZE(units), buf, size);
}

void ctl_format_ns(uint64_t ns, char *buf, size_t size)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };

	format_scaled(ns, 1000, units, ARRAY_SIZE(units), buf, size);
}
