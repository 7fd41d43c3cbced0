// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and writing values. */
#define _GNU_SOURCE	/* asprintf */
#include "config_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ctl/size.h"

#define BLANKS	" \t"

static const struct {
	const char *word;
	bool value;
} bool_words[] = {
	{ "yes", true }, { "no", false }, { "on", true }, { "off", false },
	{ "true", true }, { "false", false }, { "1", true }, { "0", false },
};

/* Largest first: a value is written in the largest that divides it. */
static const struct {
	const char *word;
	uint64_t us;
} time_units[] = {
	{ "h", UINT64_C(3600000000) }, { "min", 60000000 }, { "s", 1000000 }, { "ms", 1000 },
};

#define N_BOOL_WORDS	(sizeof(bool_words) / sizeof(bool_words[0]))
#define N_TIME_UNITS	(sizeof(time_units) / sizeof(time_units[0]))

static int parse_bool(const struct config_key *key, const char *text, uint64_t *ret,
		      struct ctl_message *message)
{
	for (size_t i = 0; i < N_BOOL_WORDS; i++) {
		if (!strcasecmp(text, bool_words[i].word)) {
			*ret = bool_words[i].value;
			return 0;
		}
	}
	return ctl_message_set(message, -EINVAL, "%s: '%s' is neither yes nor no", key->name, text);
}

/* Outside the key's limits, which are told as they would be written. */
static int refuse_range(const struct config_key *key, const char *text,
			struct ctl_message *message)
{
	char *min = config_value_text(key->unit, key->min);
	char *max = config_value_text(key->unit, key->max);

	ctl_message_set(message, 0, "%s: '%s' is out of range, %s to %s", key->name, text,
			min ?: "?", max ?: "?");
	free(min);
	free(max);
	return -ERANGE;
}

/*
 * Digits, at most 15 so that the value fits with any unit. Returns what follows them, or NULL:
 * there are none, or too many.
 */
static const char *scan_number(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");

	if (!n || n > 15)
		return NULL;
	*ret = strtoull(text, NULL, 10);
	return text + n;
}

/* One or two digits of a fraction, as hundredths. Returns as scan_number(). */
static const char *scan_fraction(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");

	if (n < 1 || n > 2)
		return NULL;
	*ret = strtoull(text, NULL, 10) * (n == 1 ? 10 : 1);
	return text + n;
}

/* 5, 5%, 0.25%: hundredths of a percent. */
static int parse_percent(const struct config_key *key, const char *text, uint64_t *ret,
			 struct ctl_message *message)
{
	uint64_t whole = 0, part = 0;
	const char *at = scan_number(text, &whole);

	if (at && *at == '.')
		at = scan_fraction(at + 1, &part);
	if (at && *at == '%')
		at++;
	if (!at || *at)
		return ctl_message_set(message, -EINVAL,
				       "%s: '%s' is not a percentage such as 5%% or 0.25%%",
				       key->name, text);
	whole = whole * 100 + part;
	if (whole < key->min || whole > key->max)
		return refuse_range(key, text, message);
	*ret = whole;
	return 0;
}

/* Microseconds in @unit, or 0 if it is none. */
static uint64_t time_unit(const char *unit)
{
	for (size_t i = 0; i < N_TIME_UNITS; i++) {
		if (!strcmp(unit, time_units[i].word))
			return time_units[i].us;
	}
	return 0;
}

static int parse_time(const struct config_key *key, const char *text, uint64_t *ret,
		      struct ctl_message *message)
{
	uint64_t value = 0, unit = 0;
	const char *at = scan_number(text, &value);

	if (at)
		unit = time_unit(*at ? at : "s");
	if (!unit)
		return ctl_message_set(message, -EINVAL,
				       "%s: '%s' is not a time such as 500ms, 30s, 10min or 1h",
				       key->name, text);
	if (__builtin_mul_overflow(value, unit, &value) || value < key->min || value > key->max)
		return refuse_range(key, text, message);
	*ret = value;
	return 0;
}

int config_parse_value(const struct config_key *key, const char *text, uint64_t *ret,
		       struct ctl_message *message)
{
	switch (key->unit) {
	case CONFIG_BOOL:
		return parse_bool(key, text, ret, message);
	case CONFIG_PAGES:
		return ctl_size_parse(key->name, text, key->min, key->max, ret, message);
	case CONFIG_PERCENT:
		return parse_percent(key, text, ret, message);
	case CONFIG_TIME:
		return parse_time(key, text, ret, message);
	default:
		return ctl_message_set(message, -EINVAL, "%s is not a number", key->name);
	}
}

/* One of @n bytes has a component "..". */
static bool climbs(const char *path, size_t n)
{
	for (const char *at = path; at < path + n; at += strcspn(at, "/") + 1) {
		if (!strncmp(at, "..", 2) && (at + 2 == path + n || at[2] == '/'))
			return true;
	}
	return false;
}

int config_check_paths(const char *name, const char *text, struct ctl_message *message)
{
	const char *at = text + strspn(text, BLANKS);
	size_t n;

	for (; *at; at += strspn(at, BLANKS)) {
		n = strcspn(at, BLANKS);
		if (*at == '/' || climbs(at, n))
			return ctl_message_set(message, -EINVAL,
					       "%s: '%.*s' is not a path below /sys/fs/cgroup",
					       name, (int)n, at);
		at += n;
	}
	return 0;
}

static char *percent_text(uint64_t value)
{
	unsigned int part = value % 100;
	char *text;
	int n;

	if (!part)
		n = asprintf(&text, "%" PRIu64 "%%", value / 100);
	else if (part % 10)
		n = asprintf(&text, "%" PRIu64 ".%02u%%", value / 100, part);
	else
		n = asprintf(&text, "%" PRIu64 ".%u%%", value / 100, part / 10);
	return n < 0 ? NULL : text;
}

static char *time_text(uint64_t us)
{
	size_t i = 0;
	char *text;

	while (i < N_TIME_UNITS - 1 && us % time_units[i].us)
		i++;
	if (!us)
		return strdup("0s");
	if (asprintf(&text, "%" PRIu64 "%s", us / time_units[i].us, time_units[i].word) < 0)
		return NULL;
	return text;
}

static char *pages_text(uint64_t pages)
{
	char *text;
	int n;

	if (pages && pages % 256 == 0)
		n = asprintf(&text, "%" PRIu64 "M", pages / 256);
	else
		n = asprintf(&text, "%" PRIu64 "K", pages * 4);
	return n < 0 ? NULL : text;
}

char *config_value_text(enum config_unit unit, uint64_t value)
{
	switch (unit) {
	case CONFIG_BOOL:
		return strdup(value ? "yes" : "no");
	case CONFIG_PAGES:
		return pages_text(value);
	case CONFIG_PERCENT:
		return percent_text(value);
	case CONFIG_TIME:
		return time_text(value);
	default:
		return NULL;
	}
}
