/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout of a tracepoint's record, as tracefs tells it, compared to the one that a BPF
 * program was compiled for: a module of another release may have moved a field.
 */
#ifndef PROBE_FORMAT_H
#define PROBE_FORMAT_H

#include <stddef.h>

#include "../ctl/message.h"

struct probe_field {
	const char *name;
	size_t offset, size;	/* bytes */
};

struct probe_format {
	const char *event;	/* of system pkvm */
	size_t n;
	const struct probe_field *fields;
};

/*
 * Returns 0, or with a sentence -ENODEV (there is no such tracepoint), -EPROTO (a field is
 * missing or elsewhere) or what reading the file failed with.
 */
int probe_check_format(const struct probe_format *format, struct ctl_message *message);

/* The same for the text of a format file. */
int probe_compare_format(const struct probe_format *format, const char *text,
			 struct ctl_message *message);

#endif
