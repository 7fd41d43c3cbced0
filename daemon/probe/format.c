// SPDX-License-Identifier: GPL-2.0-or-later
/* The layout of a tracepoint's record. */
#include "format.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "access.h"

/* The kernel's longest are below 4 KiB but for the print format, which comes last. */
#define FORMAT_MAX	4096

/* One line: "field:u64 asked;	offset:8;	size:8;	signed:0;" */
static bool line_tells(const char *line, const struct probe_field *field)
{
	size_t offset, size;
	char declared[128];
	const char *name;

	if (sscanf(line, " field:%127[^;]; offset:%zu; size:%zu;", declared, &offset, &size) != 3)
		return false;
	name = strrchr(declared, ' ');
	return name && !strcmp(name + 1, field->name) && offset == field->offset &&
	       size == field->size;
}

static bool text_tells(const char *text, const struct probe_field *field)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line_tells(line, field))
			return true;
	}
	return false;
}

int probe_compare_format(const struct probe_format *format, const char *text,
			 struct ctl_message *message)
{
	for (size_t i = 0; i < format->n; i++) {
		const struct probe_field *field = &format->fields[i];

		if (!text_tells(text, field))
			return ctl_message_set(message, -EPROTO,
					       "tracepoint pkvm:%s has no field '%s' of %zu bytes at offset %zu: the module is of another release",
					       format->event, field->name, field->size,
					       field->offset);
	}
	return 0;
}

int probe_check_format(const struct probe_format *format, struct ctl_message *message)
{
	char path[256], text[FORMAT_MAX];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), PROBE_TRACEFS "/events/pkvm/%s/format", format->event);
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		return ctl_message_set(message, -ENODEV,
				       "there is no tracepoint pkvm:%s: the module is not loaded",
				       format->event);
	if (!file)
		return ctl_message_set(message, -errno, "%s: %s", path, strerror(errno));
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return probe_compare_format(format, text, message);
}
