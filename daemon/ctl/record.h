/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structs as text. A table of fields says what each member is called and what
 * it measures; from it come sheets (one struct, a line a member), tables (many
 * structs, a line each) and JSON.
 */
#ifndef CTL_RECORD_H
#define CTL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "json.h"
#include "style.h"
#include "words.h"

enum ctl_unit {
	CTL_COUNT,
	CTL_BYTES,
	CTL_PAGES,
	CTL_NS,
	CTL_ERRNO,		/* positive */
	CTL_HEX,		/* a string in JSON: many readers have no 64-bit integers */
	CTL_BOOL,
	CTL_WORD,		/* of @words */
	CTL_FLAGS,		/* bits named by @words */
	CTL_TEXT,		/* const char * */
	CTL_CHARS,		/* char[], NUL-terminated; all but ASCII is masked */
};

struct ctl_field {
	const char *key;	/* in JSON; CTL_BYTES, _PAGES and _NS get their suffix */
	const char *label;	/* for people */
	enum ctl_unit unit;
	size_t offset, size;	/* of the member; numbers have 1, 4 or 8 bytes */
	const struct ctl_words *words;
	bool optional;		/* people see it only if it is not zero, or empty */
};

#define CTL_MEMBER(type, member)	offsetof(type, member), sizeof(((type *)0)->member)

struct ctl_fields {
	size_t n;
	const struct ctl_field *list;
};

/* A line per field, labels in a column, @title above them. Returns 0 or -ENOMEM. */
int ctl_sheet(FILE *out, const char *title, const struct ctl_fields *fields, const void *object,
	      const struct ctl_style *style);

/*
 * @n objects of @stride bytes each, as a table or, in JSON, as an array called
 * @name in an object. Without objects, people get no line. Returns 0 or -ENOMEM.
 */
int ctl_table(FILE *out, const char *name, const struct ctl_fields *fields, const void *objects,
	      size_t n, size_t stride, const struct ctl_style *style);

/* The fields as members of the object that @json has begun. */
void ctl_json_fields(struct ctl_json *json, const struct ctl_fields *fields, const void *object);

/* "label value, label value": the fields in one line, for people, without a newline. */
void ctl_line(FILE *out, const struct ctl_fields *fields, const void *object,
	      const struct ctl_style *style);

#endif
