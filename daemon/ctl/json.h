/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer of JSON for what is not a plain table: nested objects, and events
 * of one line each. It keeps commas and indentation; that every begin has its
 * end, and that members of objects have keys, is the caller's part.
 */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ctl_json {
	FILE *out;
	bool one_line;
	unsigned int depth;
	bool more;		/* something precedes at this depth */
};

/* @key is NULL for what is no member of an object. */
void ctl_json_begin(struct ctl_json *json, const char *key);
void ctl_json_end(struct ctl_json *json);
void ctl_json_begin_list(struct ctl_json *json, const char *key);
void ctl_json_end_list(struct ctl_json *json);
void ctl_json_number(struct ctl_json *json, const char *key, uint64_t value);
void ctl_json_bool(struct ctl_json *json, const char *key, bool value);
void ctl_json_string(struct ctl_json *json, const char *key, const char *value);

#endif
