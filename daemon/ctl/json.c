// SPDX-License-Identifier: GPL-2.0-or-later
/* A writer of JSON (RFC 8259). */
#include "json.h"

#include <inttypes.h>

static void new_line(const struct ctl_json *json)
{
	if (json->one_line)
		return;
	fputc('\n', json->out);
	for (unsigned int i = 0; i < json->depth; i++)
		fputs("   ", json->out);
}

/* Control characters must be escaped; bytes above 0x7f pass, for strings are UTF-8. */
static void quote(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < 0x20)
			fprintf(out, "\\u%04x", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

static void start_value(struct ctl_json *json, const char *key)
{
	if (json->more)
		fputc(',', json->out);
	if (json->depth)
		new_line(json);
	if (key) {
		quote(json->out, key);
		fputs(json->one_line ? ":" : ": ", json->out);
	}
	json->more = true;
}

static void begin(struct ctl_json *json, const char *key, char bracket)
{
	start_value(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->more = false;
}

static void end(struct ctl_json *json, char bracket)
{
	json->depth--;
	if (json->more)
		new_line(json);
	fputc(bracket, json->out);
	json->more = true;
	if (!json->depth) {
		fputc('\n', json->out);
		json->more = false;
	}
}

void ctl_json_begin(struct ctl_json *json, const char *key)
{
	begin(json, key, '{');
}

void ctl_json_end(struct ctl_json *json)
{
	end(json, '}');
}

void ctl_json_begin_list(struct ctl_json *json, const char *key)
{
	begin(json, key, '[');
}

void ctl_json_end_list(struct ctl_json *json)
{
	end(json, ']');
}

void ctl_json_number(struct ctl_json *json, const char *key, uint64_t value)
{
	start_value(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void ctl_json_bool(struct ctl_json *json, const char *key, bool value)
{
	start_value(json, key);
	fputs(value ? "true" : "false", json->out);
}

void ctl_json_string(struct ctl_json *json, const char *key, const char *value)
{
	start_value(json, key);
	quote(json->out, value);
}
