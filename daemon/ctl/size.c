// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers and sizes as people type them. */
#include "size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits; returns what follows them, or NULL if there is none. */
static const char *scan_digits(const char *text, uint64_t *value, bool *overflow)
{
	const char *at = text;

	*value = 0;
	*overflow = false;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (__builtin_mul_overflow(*value, UINT64_C(10), value) ||
		    __builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
			*overflow = true;
	}
	return at == text ? NULL : at;
}

int ctl_number_parse(const char *what, const char *text, uint64_t min, uint64_t max,
		     uint64_t *ret_value, struct ctl_message *message)
{
	bool overflow;
	uint64_t value;
	const char *rest = scan_digits(text, &value, &overflow);

	if (!rest || *rest)
		return ctl_message_set(message, -EINVAL, "%s: '%s' is not a whole number", what,
				       text);
	if (overflow || value < min || value > max)
		return ctl_message_set(message, -ERANGE,
				       "%s: '%s' is out of range, %" PRIu64 " to %" PRIu64, what,
				       text, min, max);
	*ret_value = value;
	return 0;
}

/* How far the suffix shifts a number of bytes; 0 if it is none of ours. */
static unsigned int suffix_shift(char suffix)
{
	switch (suffix) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

static int refuse_size(const char *what, const char *text, struct ctl_message *message)
{
	return ctl_message_set(message, -EINVAL, "%s: '%s' is not a size: "
			       "give whole pages, or bytes with suffix K, M or G", what, text);
}

/* @rest is what follows the digits. Turns *value from the unit given into pages. */
static int apply_suffix(const char *what, const char *text, const char *rest, uint64_t *value,
			bool *overflow, struct ctl_message *message)
{
	unsigned int shift = suffix_shift(*rest);

	if (!*rest)
		return 0;
	if (!shift || rest[1])
		return refuse_size(what, text, message);
	if (__builtin_mul_overflow(*value, UINT64_C(1) << shift, value)) {
		*overflow = true;
		return 0;
	}
	if (!*overflow && *value % CTL_PAGE_SIZE)
		return ctl_message_set(message, -EINVAL,
				       "%s: '%s' is not a multiple of a page, %" PRIu64 "K", what,
				       text, CTL_PAGE_SIZE >> 10);
	*value /= CTL_PAGE_SIZE;
	return 0;
}

int ctl_size_parse(const char *what, const char *text, uint64_t min, uint64_t max,
		   uint64_t *ret_pages, struct ctl_message *message)
{
	bool overflow;
	uint64_t value;
	const char *rest = scan_digits(text, &value, &overflow);
	int err;

	if (!rest)
		return refuse_size(what, text, message);
	err = apply_suffix(what, text, rest, &value, &overflow, message);
	if (err)
		return err;
	if (overflow || value < min || value > max)
		return ctl_message_set(message, -ERANGE,
				       "%s: '%s' is out of range, %" PRIu64 " to %" PRIu64 " pages",
				       what, text, min, max);
	*ret_pages = value;
	return 0;
}

int ctl_page_parse(const char *what, const char *text, uint64_t max, uint64_t *ret_pfn,
		   struct ctl_message *message)
{
	uint64_t address;

	if (strncmp(text, "0x", 2))
		return ctl_number_parse(what, text, 0, max, ret_pfn, message);
	if (!text[2] || text[2 + strspn(text + 2, "0123456789abcdefABCDEF")])
		return ctl_message_set(message, -EINVAL, "%s: '%s' is not an address", what, text);
	errno = 0;
	address = strtoull(text, NULL, 16);
	if (errno || address / CTL_PAGE_SIZE > max)
		return ctl_message_set(message, -ERANGE, "%s: '%s' is out of range, 0 to 0x%" PRIx64,
				       what, text, max * CTL_PAGE_SIZE + CTL_PAGE_SIZE - 1);
	*ret_pfn = address / CTL_PAGE_SIZE;
	return 0;
}
