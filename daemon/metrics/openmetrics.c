// SPDX-License-Identifier: GPL-2.0-or-later
/* OpenMetrics 1.0 and the text format 0.0.4, sample by sample. */
#include "openmetrics.h"

#include <inttypes.h>
#include <string.h>

#define PAGE_BYTES	UINT64_C(4096)
#define NS_PER_SECOND	UINT64_C(1000000000)
#define US_PER_SECOND	UINT64_C(1000000)
#define BASIS_POINTS	UINT64_C(10000)

const char *om_content_type(enum om_format format)
{
	return format == OM_OPENMETRICS ?
		       "application/openmetrics-text; version=1.0.0; charset=utf-8" :
		       "text/plain; version=0.0.4; charset=utf-8";
}

static const char *unit_name(enum om_unit unit)
{
	switch (unit) {
	case OM_BYTES:
	case OM_PAGES:
		return "bytes";
	case OM_NS:
	case OM_US:
		return "seconds";
	case OM_BASIS_POINTS:
		return "ratio";
	case OM_COUNT:
		break;
	}
	return NULL;
}

/* The older format knows no information: there it is a gauge. */
static const char *type_name(enum om_type type, enum om_format format)
{
	switch (type) {
	case OM_COUNTER:
		return "counter";
	case OM_HISTOGRAM:
		return "histogram";
	case OM_INFO:
		return format == OM_OPENMETRICS ? "info" : "gauge";
	case OM_GAUGE:
		break;
	}
	return "gauge";
}

/* What the name of each sample ends with. */
static const char *sample_suffix(enum om_type type)
{
	return type == OM_COUNTER ? "_total" : type == OM_INFO ? "_info" : "";
}

/* A family is called by its bare name in OpenMetrics, by its samples' name before it. */
void om_begin(struct om_writer *writer, const struct om_family *family)
{
	const char *suffix = writer->format == OM_PROMETHEUS ? sample_suffix(family->type) : "";
	const char *unit = unit_name(family->unit);

	writer->family = *family;
	fprintf(writer->out, "# TYPE %s%s %s\n", family->name, suffix,
		type_name(family->type, writer->format));
	if (unit && writer->format == OM_OPENMETRICS)
		fprintf(writer->out, "# UNIT %s %s\n", family->name, unit);
	fprintf(writer->out, "# HELP %s%s %s.\n", family->name, suffix, family->help);
}

static void write_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void write_label(FILE *out, const struct om_label *label)
{
	fprintf(out, "%s=\"", label->name);
	write_escaped(out, label->value);
	fputc('"', out);
}

static void write_labels(FILE *out, const struct om_label *labels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fputc(i ? ',' : '{', out);
		write_label(out, &labels[i]);
	}
	if (n)
		fputc('}', out);
}

/* The shortest decimal fraction: "0.25", "3". */
static void write_fraction(FILE *out, uint64_t value, uint64_t whole)
{
	uint64_t rest = value % whole;

	fprintf(out, "%" PRIu64, value / whole);
	if (rest)
		fputc('.', out);
	for (; rest; rest = rest * 10 % whole)
		fprintf(out, "%" PRIu64, rest * 10 / whole);
}

/* How many make a whole one of what is published. */
static uint64_t divisor(enum om_unit unit)
{
	switch (unit) {
	case OM_NS:
		return NS_PER_SECOND;
	case OM_US:
		return US_PER_SECOND;
	case OM_BASIS_POINTS:
		return BASIS_POINTS;
	default:
		return 1;
	}
}

static void write_value(const struct om_writer *writer, uint64_t value)
{
	uint64_t whole = divisor(writer->family.unit);

	if (writer->family.unit == OM_PAGES)
		value *= PAGE_BYTES;
	write_fraction(writer->out, value, whole);
}

void om_sample(struct om_writer *writer, const struct om_label *labels, size_t n, uint64_t value)
{
	fprintf(writer->out, "%s%s", writer->family.name, sample_suffix(writer->family.type));
	write_labels(writer->out, labels, n);
	fputc(' ', writer->out);
	write_value(writer, value);
	fputc('\n', writer->out);
}

/*
 * Buckets are cumulative. @bound is NULL for the last, which has everything. A bound
 * is a label, and so has one spelling only: that of a fraction.
 */
static void write_bucket(struct om_writer *writer, const struct om_label *labels, size_t n,
			 const uint64_t *bound, uint64_t count)
{
	fprintf(writer->out, "%s_bucket{", writer->family.name);
	for (size_t i = 0; i < n; i++) {
		write_label(writer->out, &labels[i]);
		fputc(',', writer->out);
	}
	fputs("le=\"", writer->out);
	if (bound) {
		write_value(writer, *bound);
		if (*bound % divisor(writer->family.unit) == 0)
			fputs(".0", writer->out);
	} else {
		fputs("+Inf", writer->out);
	}
	fprintf(writer->out, "\"} %" PRIu64 "\n", count);
}

void om_histogram(struct om_writer *writer, const struct om_label *labels, size_t n,
		  const struct om_buckets *buckets)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= buckets->n; i++) {
		count += buckets->counts[i];
		write_bucket(writer, labels, n, i < buckets->n ? &buckets->bounds[i] : NULL,
			     count);
	}
	fprintf(writer->out, "%s_count", writer->family.name);
	write_labels(writer->out, labels, n);
	fprintf(writer->out, " %" PRIu64 "\n%s_sum", count, writer->family.name);
	write_labels(writer->out, labels, n);
	fputc(' ', writer->out);
	write_value(writer, buckets->sum);
	fputc('\n', writer->out);
}

void om_end(struct om_writer *writer)
{
	if (writer->format == OM_OPENMETRICS)
		fputs("# EOF\n", writer->out);
}

static uint64_t member_of(const struct om_metric *metric, const void *object)
{
	const char *at = (const char *)object + metric->offset;
	uint32_t medium;
	uint64_t large;

	switch (metric->size) {
	case sizeof(uint8_t):
		return *(const uint8_t *)at;
	case sizeof(medium):
		memcpy(&medium, at, sizeof(medium));
		return medium;
	default:
		memcpy(&large, at, sizeof(large));
		return large;
	}
}

void om_table(struct om_writer *writer, const struct om_metric *table, size_t n, const void *object)
{
	for (size_t i = 0; i < n; i++) {
		const struct om_metric *metric = &table[i];

		if (metric->family.name)
			om_begin(writer, &metric->family);
		om_sample(writer, &metric->label, metric->label.name ? 1 : 0,
			  member_of(metric, object));
	}
}
