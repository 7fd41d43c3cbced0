// SPDX-License-Identifier: GPL-2.0-or-later
/* How the line of an event begins. */
#include "line.h"

void ctl_begin_line(FILE *out, struct ctl_json *json, const char *what,
		    const struct timespec *when, const struct ctl_style *style)
{
	struct tm tm;
	char time_text[16];

	if (style->json) {
		ctl_json_begin(json, NULL);
		ctl_json_number(json, "time_ns",
				(uint64_t)when->tv_sec * 1000000000 + (uint64_t)when->tv_nsec);
		ctl_json_string(json, "event", what);
		return;
	}
	localtime_r(&when->tv_sec, &tm);
	strftime(time_text, sizeof(time_text), "%H:%M:%S", &tm);
	fprintf(out, "%s.%03ld %-10s ", time_text, when->tv_nsec / 1000000, what);
}
