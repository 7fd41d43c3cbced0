// SPDX-License-Identifier: GPL-2.0-or-later
/* Structs as text: sheets and tables through libsmartcols, JSON. */
#include "record.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "size.h"

/* The longest text of a value. */
#define CTL_VALUE_MAX	512

static uint64_t number_of(const struct ctl_field *field, const void *object)
{
	const char *at = (const char *)object + field->offset;
	uint8_t small;
	uint32_t medium;
	uint64_t large;

	switch (field->size) {
	case sizeof(small):
		memcpy(&small, at, sizeof(small));
		return small;
	case sizeof(medium):
		memcpy(&medium, at, sizeof(medium));
		return medium;
	default:
		memcpy(&large, at, sizeof(large));
		return large;
	}
}

static void flags_text(const struct ctl_words *words, uint64_t flags, char *buf)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t bit = 0; bit < words->n && used < CTL_VALUE_MAX; bit++) {
		if (flags & UINT64_C(1) << bit)
			used += snprintf(buf + used, CTL_VALUE_MAX - used, "%s%s", used ? " " : "",
					 words->words[bit]);
	}
}

/*
 * A process may call itself anything, in no known encoding: what could break a
 * line, a terminal or JSON's UTF-8 is masked.
 */
static void mask(char *text)
{
	for (char *c = text; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			*c = '?';
	}
}

/* Fields that are text for everyone. Returns false for the others. */
static bool text_of(const struct ctl_field *field, const void *object, char *buf)
{
	const char *at = (const char *)object + field->offset;

	switch (field->unit) {
	case CTL_CHARS:
		snprintf(buf, CTL_VALUE_MAX, "%s", at);
		mask(buf);
		return true;
	case CTL_TEXT:
		snprintf(buf, CTL_VALUE_MAX, "%s", *(const char *const *)at);
		return true;
	case CTL_WORD:
		snprintf(buf, CTL_VALUE_MAX, "%s",
			 ctl_word(field->words, number_of(field, object)));
		return true;
	case CTL_FLAGS:
		flags_text(field->words, number_of(field, object), buf);
		return true;
	case CTL_HEX:
		snprintf(buf, CTL_VALUE_MAX, "0x%" PRIx64, number_of(field, object));
		return true;
	default:
		return false;
	}
}

static void key_of(const struct ctl_field *field, char *buf, size_t size)
{
	const char *suffix = field->unit == CTL_BYTES ? "_bytes" :
			     field->unit == CTL_PAGES ? "_pages" :
			     field->unit == CTL_NS    ? "_ns" :
							"";

	snprintf(buf, size, "%s%s", field->key, suffix);
}

/* As people read it. */
static void value_text(const struct ctl_field *field, const void *object,
		       const struct ctl_style *style, char *buf)
{
	uint64_t number;

	if (text_of(field, object, buf))
		return;
	number = number_of(field, object);
	if (field->unit == CTL_BOOL)
		snprintf(buf, CTL_VALUE_MAX, "%s", number ? "yes" : "no");
	else if (field->unit == CTL_ERRNO)
		snprintf(buf, CTL_VALUE_MAX, "%s", number ? strerror((int)number) : "none");
	else if (field->unit == CTL_PAGES && style->bytes)
		snprintf(buf, CTL_VALUE_MAX, "%" PRIu64, number * CTL_PAGE_SIZE);
	else if (field->unit == CTL_COUNT || style->bytes)
		snprintf(buf, CTL_VALUE_MAX, "%" PRIu64, number);
	else if (field->unit == CTL_NS)
		ctl_format_ns(number, buf, CTL_VALUE_MAX);
	else
		ctl_format_bytes(field->unit == CTL_PAGES ? number * CTL_PAGE_SIZE : number, buf,
				 CTL_VALUE_MAX);
}

/* What libsmartcols makes a JSON value of: it adds the quotes, and reads "0" as false. */
static void raw_text(const struct ctl_field *field, const void *object, char *buf)
{
	if (!text_of(field, object, buf))
		snprintf(buf, CTL_VALUE_MAX, "%" PRIu64, number_of(field, object));
}

void ctl_json_fields(struct ctl_json *json, const struct ctl_fields *fields, const void *object)
{
	for (size_t i = 0; i < fields->n; i++) {
		const struct ctl_field *field = &fields->list[i];
		char key[64], text[CTL_VALUE_MAX];

		key_of(field, key, sizeof(key));
		if (text_of(field, object, text))
			ctl_json_string(json, key, text);
		else if (field->unit == CTL_BOOL)
			ctl_json_bool(json, key, number_of(field, object));
		else
			ctl_json_number(json, key, number_of(field, object));
	}
}

static bool is_left_out(const struct ctl_field *field, const void *object)
{
	const char *at = (const char *)object + field->offset;

	if (!field->optional)
		return false;
	return field->unit == CTL_CHARS ? !*at : !number_of(field, object);
}

void ctl_line(FILE *out, const struct ctl_fields *fields, const void *object,
	      const struct ctl_style *style)
{
	const char *before = "";

	for (size_t i = 0; i < fields->n; i++) {
		const struct ctl_field *field = &fields->list[i];
		char text[CTL_VALUE_MAX];

		if (is_left_out(field, object))
			continue;
		value_text(field, object, style, text);
		fprintf(out, "%s%s %s", before, field->label, text);
		before = ", ";
	}
}

static bool is_number(const struct ctl_field *field)
{
	return field->unit <= CTL_ERRNO;
}

/* Prints what the table has become and releases it. @err is what building it returned. */
static int print_table(FILE *out, struct libscols_table *table, int err)
{
	char *text = NULL;

	if (!err)
		err = scols_print_table_to_string(table, &text);
	if (!err && text && *text)
		fprintf(out, "%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
	free(text);
	scols_unref_table(table);
	return err;
}

static struct libscols_table *new_table(bool headings)
{
	struct libscols_table *table = scols_new_table();

	if (table) {
		/* The output is a string: there is no terminal to fit into. */
		scols_table_enable_noheadings(table, !headings);
		scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	}
	return table;
}

static int add_sheet_line(struct libscols_table *table, const char *label, const char *value)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char indented[80];
	int err;

	if (!line)
		return -ENOMEM;
	snprintf(indented, sizeof(indented), "  %s", label);
	err = scols_line_set_data(line, 0, indented);
	return err ? err : scols_line_set_data(line, 1, value);
}

int ctl_sheet(FILE *out, const char *title, const struct ctl_fields *fields, const void *object,
	      const struct ctl_style *style)
{
	struct libscols_table *table = new_table(false);
	int err = 0;

	if (!table || !scols_table_new_column(table, "label", 0, 0) ||
	    !scols_table_new_column(table, "value", 0, 0))
		err = -ENOMEM;
	for (size_t i = 0; !err && i < fields->n; i++) {
		char value[CTL_VALUE_MAX];

		if (is_left_out(&fields->list[i], object))
			continue;
		value_text(&fields->list[i], object, style, value);
		err = add_sheet_line(table, fields->list[i].label, value);
	}
	if (!err)
		fprintf(out, style->color ? "\033[1m%s\033[0m\n" : "%s\n", title);
	return print_table(out, table, err);
}

/* A label as a table's heading: "max vcpus" becomes "MAX-VCPUS". */
static void heading_of(const struct ctl_field *field, char *buf, size_t size)
{
	snprintf(buf, size, "%s", field->label);
	for (char *c = buf; *c; c++)
		*c = *c == ' ' ? '-' : (char)toupper((unsigned char)*c);
}

static int add_column(struct libscols_table *table, const struct ctl_field *field, bool json)
{
	struct libscols_column *column;
	char name[64];

	if (json)
		key_of(field, name, sizeof(name));
	else
		heading_of(field, name, sizeof(name));
	column = scols_table_new_column(table, name, 0, is_number(field) ? SCOLS_FL_RIGHT : 0);
	if (!column)
		return -ENOMEM;
	return scols_column_set_json_type(column, is_number(field)        ? SCOLS_JSON_NUMBER :
						  field->unit == CTL_BOOL ? SCOLS_JSON_BOOLEAN :
									    SCOLS_JSON_STRING);
}

static int add_object(struct libscols_table *table, const struct ctl_fields *fields,
		      const void *object, const struct ctl_style *style)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	int err = line ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < fields->n; i++) {
		char value[CTL_VALUE_MAX];

		if (style->json)
			raw_text(&fields->list[i], object, value);
		else
			value_text(&fields->list[i], object, style, value);
		err = scols_line_set_data(line, i, value);
	}
	return err;
}

int ctl_table(FILE *out, const char *name, const struct ctl_fields *fields, const void *objects,
	      size_t n, size_t stride, const struct ctl_style *style)
{
	struct libscols_table *table = new_table(true);
	int err = table ? 0 : -ENOMEM;

	if (!err && style->json) {
		scols_table_enable_json(table, 1);
		err = scols_table_set_name(table, name);
	}
	for (size_t i = 0; !err && i < fields->n; i++)
		err = add_column(table, &fields->list[i], style->json);
	for (size_t i = 0; !err && i < n; i++)
		err = add_object(table, fields, (const char *)objects + i * stride, style);
	return print_table(out, table, err);
}
