/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer of metrics: OpenMetrics 1.0, or the older text format of Prometheus
 * (0.0.4). Structs become metrics by tables, as their members have units by kind:
 * what is published is in base units (bytes, seconds), whatever it is counted in.
 */
#ifndef METRICS_OPENMETRICS_H
#define METRICS_OPENMETRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum om_format {
	OM_OPENMETRICS,
	OM_PROMETHEUS,
};

/* What HTTP calls the format. */
const char *om_content_type(enum om_format format);

enum om_type {
	OM_GAUGE,
	OM_COUNTER,
	OM_INFO,		/* always 1: what matters are the labels */
	OM_HISTOGRAM,
};

enum om_unit {
	OM_COUNT,
	OM_BYTES,
	OM_PAGES,		/* of 4 KiB; published as bytes */
	OM_NS,			/* published as seconds */
	OM_US,			/* published as seconds */
	OM_BASIS_POINTS,	/* hundredths of a percent; published as a ratio */
};

/* @name ends with "_bytes" or "_seconds" where @unit says so, and has no "_total" or "_info". */
struct om_family {
	const char *name;
	enum om_type type;
	enum om_unit unit;
	const char *help;	/* one sentence, without its full stop */
};

struct om_label {
	const char *name;
	const char *value;	/* any text: it is escaped */
};

/* Errors are those of @out, as ferror() tells. */
struct om_writer {
	FILE *out;
	enum om_format format;
	struct om_family family;	/* the samples to come */
};

/* Begins a family. A name comes once. */
void om_begin(struct om_writer *writer, const struct om_family *family);

/* A sample of the family begun; @value is in its unit. */
void om_sample(struct om_writer *writer, const struct om_label *labels, size_t n, uint64_t value);

/*
 * @counts has @n + 1 entries: values up to @bounds[i] (ascending, in the family's unit) but
 * above the one before, then all above the last.
 */
struct om_buckets {
	const uint64_t *bounds, *counts;
	size_t n;
	uint64_t sum;		/* of the values */
};

/* A sample of a histogram. */
void om_histogram(struct om_writer *writer, const struct om_label *labels, size_t n,
		  const struct om_buckets *buckets);

/* The end of it all. */
void om_end(struct om_writer *writer);

/* A member of a struct as a sample; members of one family, told apart by a label, follow it. */
struct om_metric {
	struct om_family family;	/* without a name: of the family before */
	struct om_label label;		/* or without a name */
	size_t offset, size;		/* of the member: bool, uint32_t or uint64_t */
};

#define OM_MEMBER(type, member)	offsetof(type, member), sizeof(((type *)0)->member)

void om_table(struct om_writer *writer, const struct om_metric *table, size_t n,
	      const void *object);

#endif
