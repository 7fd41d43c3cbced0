// SPDX-License-Identifier: GPL-2.0-or-later
/* Histograms whose slots double, drawn and as JSON. */
#include "histogram.h"

#include <inttypes.h>

#include "format.h"
#include "size.h"

/* What stands beside the bar: the range, the count, and the bar's ends. */
#define BESIDE_BAR	40

static uint64_t lower_end(size_t slot)
{
	return slot ? UINT64_C(1) << (slot - 1) : 0;
}

static void format_value(enum ctl_unit unit, uint64_t value, const struct ctl_style *style,
			 char buf[CTL_FORMAT_MAX])
{
	if (unit == CTL_PAGES)
		value *= CTL_PAGE_SIZE;
	if (style->bytes)
		snprintf(buf, CTL_FORMAT_MAX, "%" PRIu64, value);
	else if (unit == CTL_NS)
		ctl_format_ns(value, buf, CTL_FORMAT_MAX);
	else
		ctl_format_bytes(value, buf, CTL_FORMAT_MAX);
}

/* A bar is as long as its share of the largest, but one that counts anything is seen. */
static void draw_slot(FILE *out, const struct ctl_histogram *histogram, size_t slot,
		      uint64_t largest, const struct ctl_style *style)
{
	unsigned int room = style->width > BESIDE_BAR + 10 ? style->width - BESIDE_BAR : 10;
	uint64_t count = histogram->slots[slot];
	unsigned int bar = (unsigned int)((double)count / (double)largest * room + 0.5);
	char from[CTL_FORMAT_MAX], to[CTL_FORMAT_MAX] = "more";

	if (count && !bar)
		bar = 1;
	format_value(histogram->unit, lower_end(slot), style, from);
	if (slot + 1 < histogram->n)
		format_value(histogram->unit, lower_end(slot + 1), style, to);
	fprintf(out, "%12s to %-12s %8" PRIu64 " |", from, to, count);
	for (unsigned int i = 0; i < room; i++)
		fputc(i < bar ? '#' : ' ', out);
	fputs("|\n", out);
}

void ctl_histogram_draw(FILE *out, const struct ctl_histogram *histogram,
			const struct ctl_style *style)
{
	size_t first = histogram->n, last = 0;
	uint64_t largest = 0;

	for (size_t i = 0; i < histogram->n; i++) {
		if (!histogram->slots[i])
			continue;
		first = first < i ? first : i;
		last = i;
		largest = largest > histogram->slots[i] ? largest : histogram->slots[i];
	}
	for (size_t i = first; largest && i <= last; i++)
		draw_slot(out, histogram, i, largest, style);
}

void ctl_histogram_json(struct ctl_json *json, const char *key,
			const struct ctl_histogram *histogram)
{
	ctl_json_begin(json, key);
	for (size_t i = 0; i < histogram->n; i++) {
		char from[24];

		if (!histogram->slots[i])
			continue;
		snprintf(from, sizeof(from), "%" PRIu64, lower_end(i));
		ctl_json_number(json, from, histogram->slots[i]);
	}
	ctl_json_end(json);
}
