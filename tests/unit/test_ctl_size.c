// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers and sizes as pkvmctl reads and prints them. */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "size.h"
#include "suite.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define UNTOUCHED UINT64_C(0x5a5a)

struct parse_case {
	const char *text;
	uint64_t min, max;
	int err;
	uint64_t value; /* UNTOUCHED with an error */
	const char *message; /* the whole of it */
};

#define MAX64 UINT64_MAX
#define NOT_SIZE(text) \
	"SIZE: '" text "' is not a size: give whole pages, or bytes with suffix K, M or G"
#define NOT_PAGES(text) "SIZE: '" text "' is not a multiple of a page, 4K"
#define RANGE(text) "SIZE: '" text "' is out of range, 1 to 262144 pages"

static const struct parse_case sizes[] = {
	{ "1", 1, 262144, 0, 1, NULL },
	{ "512", 1, 262144, 0, 512, NULL },
	{ "262144", 1, 262144, 0, 262144, NULL },
	{ "000512", 1, 262144, 0, 512, NULL },
	{ "4K", 1, 262144, 0, 1, NULL },
	{ "8K", 1, 262144, 0, 2, NULL },
	{ "1M", 1, 262144, 0, 256, NULL },
	{ "1024K", 1, 262144, 0, 256, NULL },
	{ "1G", 1, 262144, 0, 262144, NULL },
	{ "0", 0, 262144, 0, 0, NULL },
	{ "0K", 0, 262144, 0, 0, NULL },
	{ "18446744073709551615", 1, MAX64, 0, MAX64, NULL },
	{ "17179869183G", 1, MAX64, 0, UINT64_C(17179869183) << 18, NULL },

	{ "0", 1, 262144, -ERANGE, UNTOUCHED, RANGE("0") },
	{ "0M", 1, 262144, -ERANGE, UNTOUCHED, RANGE("0M") },
	{ "262145", 1, 262144, -ERANGE, UNTOUCHED, RANGE("262145") },
	{ "2G", 1, 262144, -ERANGE, UNTOUCHED, RANGE("2G") },
	{ "18446744073709551616", 1, 262144, -ERANGE, UNTOUCHED, RANGE("18446744073709551616") },
	{ "18446744073709551616", 1, MAX64, -ERANGE, UNTOUCHED,
	  "SIZE: '18446744073709551616' is out of range, 1 to 18446744073709551615 pages" },
	{ "99999999999999999999999999K", 1, 262144, -ERANGE, UNTOUCHED,
	  RANGE("99999999999999999999999999K") },
	{ "17179869184G", 1, 262144, -ERANGE, UNTOUCHED, RANGE("17179869184G") },

	{ "", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("") },
	{ "K", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("K") },
	{ " 1", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE(" 1") },
	{ "1 ", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("1 ") },
	{ "+1", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("+1") },
	{ "-1", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("-1") },
	{ "0x10", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("0x10") },
	{ "1.5M", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("1.5M") },
	{ "1,5M", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("1,5M") },
	{ "4k", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("4k") },
	{ "4KB", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("4KB") },
	{ "4KiB", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("4KiB") },
	{ "1T", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("1T") },
	{ "many", 1, 262144, -EINVAL, UNTOUCHED, NOT_SIZE("many") },

	{ "1K", 1, 262144, -EINVAL, UNTOUCHED, NOT_PAGES("1K") },
	{ "6K", 1, 262144, -EINVAL, UNTOUCHED, NOT_PAGES("6K") },
	{ "1025K", 1, 262144, -EINVAL, UNTOUCHED, NOT_PAGES("1025K") },
};

START_TEST(size)
{
	const struct parse_case *c = &sizes[_i];
	struct ctl_message message = { "" };
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(ctl_size_parse("SIZE", c->text, c->min, c->max, &value, &message), c->err);
	ck_assert_uint_eq(value, c->value);
	ck_assert_str_eq(message.text, c->message ? c->message : "");
}
END_TEST

#undef RANGE
#define RANGE(text) "--count: '" text "' is out of range, 1 to 255"
#define NO_NUMBER(text) "--count: '" text "' is not a whole number"

static const struct parse_case numbers[] = {
	{ "1", 1, 255, 0, 1, NULL },
	{ "255", 1, 255, 0, 255, NULL },
	{ "0", 1, 255, -ERANGE, UNTOUCHED, RANGE("0") },
	{ "256", 1, 255, -ERANGE, UNTOUCHED, RANGE("256") },
	{ "18446744073709551617", 1, 255, -ERANGE, UNTOUCHED, RANGE("18446744073709551617") },
	{ "", 1, 255, -EINVAL, UNTOUCHED, NO_NUMBER("") },
	{ "1K", 1, 255, -EINVAL, UNTOUCHED, NO_NUMBER("1K") },
	{ "-1", 1, 255, -EINVAL, UNTOUCHED, NO_NUMBER("-1") },
	{ "1.0", 1, 255, -EINVAL, UNTOUCHED, NO_NUMBER("1.0") },
};

START_TEST(number)
{
	const struct parse_case *c = &numbers[_i];
	struct ctl_message message = { "" };
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(ctl_number_parse("--count", c->text, c->min, c->max, &value, &message),
			 c->err);
	ck_assert_uint_eq(value, c->value);
	ck_assert_str_eq(message.text, c->message ? c->message : "");
}
END_TEST

#define NO_ADDRESS(text) "PFN|ADDRESS: '" text "' is not an address"

static const struct parse_case pages[] = {
	{ "0", 0, 255, 0, 0, NULL },
	{ "255", 0, 255, 0, 255, NULL },
	{ "0x0", 0, 255, 0, 0, NULL },
	{ "0x1fff", 0, 255, 0, 1, NULL },
	{ "0xfFfFf", 0, 255, 0, 255, NULL },
	{ "256", 0, 255, -ERANGE, UNTOUCHED, "PFN|ADDRESS: '256' is out of range, 0 to 255" },
	{ "0x100000", 0, 255, -ERANGE, UNTOUCHED,
	  "PFN|ADDRESS: '0x100000' is out of range, 0 to 0xfffff" },
	{ "0x10000000000000000", 0, 255, -ERANGE, UNTOUCHED,
	  "PFN|ADDRESS: '0x10000000000000000' is out of range, 0 to 0xfffff" },
	{ "ff", 0, 255, -EINVAL, UNTOUCHED, "PFN|ADDRESS: 'ff' is not a whole number" },
	{ "0x", 0, 255, -EINVAL, UNTOUCHED, NO_ADDRESS("0x") },
	{ "0x-1", 0, 255, -EINVAL, UNTOUCHED, NO_ADDRESS("0x-1") },
	{ "0x1g", 0, 255, -EINVAL, UNTOUCHED, NO_ADDRESS("0x1g") },
};

START_TEST(page)
{
	const struct parse_case *c = &pages[_i];
	struct ctl_message message = { "" };
	uint64_t value = UNTOUCHED;

	ck_assert_int_eq(ctl_page_parse("PFN|ADDRESS", c->text, c->max, &value, &message), c->err);
	ck_assert_uint_eq(value, c->value);
	ck_assert_str_eq(message.text, c->message ? c->message : "");
}
END_TEST

/* A value as long as a command line may be is cut in the message, not overrun. */
START_TEST(long_value)
{
	size_t len = 100000;
	char *text = malloc(len + 1);
	struct ctl_message message;
	uint64_t value = UNTOUCHED;

	memset(text, 'x', len);
	text[len] = '\0';
	ck_assert_int_eq(ctl_size_parse("SIZE", text, 1, 10, &value, &message), -EINVAL);
	ck_assert_uint_eq(strlen(message.text), CTL_MESSAGE_MAX - 1);
	memset(text, '9', len);
	ck_assert_int_eq(ctl_size_parse("SIZE", text, 1, 10, &value, &message), -ERANGE);
	ck_assert_uint_eq(value, UNTOUCHED);
	free(text);
}
END_TEST

struct format_case {
	uint64_t value;
	const char *text;
};

static const struct format_case bytes[] = {
	{ 0, "0 B" },
	{ 1, "1 B" },
	{ 1023, "1023 B" },
	{ 1024, "1 KiB" },
	{ 1025, "1.0 KiB" },
	{ 1536, "1.5 KiB" },
	{ 4096, "4 KiB" },
	{ 1048575, "1.0 MiB" },
	{ 1048576, "1 MiB" },
	{ 1048576 + 52428, "1.0 MiB" },
	{ 1048576 + 52429, "1.1 MiB" },
	{ UINT64_C(1) << 30, "1 GiB" },
	{ (UINT64_C(1) << 30) - 1, "1.0 GiB" },
	{ UINT64_C(1) << 40, "1 TiB" },
	{ UINT64_C(1) << 50, "1 PiB" },
	{ UINT64_C(1) << 60, "1 EiB" },
	{ UINT64_MAX, "16.0 EiB" },
};

START_TEST(format_bytes)
{
	char text[CTL_FORMAT_MAX];

	ctl_format_bytes(bytes[_i].value, text, sizeof(text));
	ck_assert_str_eq(text, bytes[_i].text);
}
END_TEST

static const struct format_case times[] = {
	{ 0, "0 ns" },
	{ 999, "999 ns" },
	{ 1000, "1 us" },
	{ 1549, "1.5 us" },
	{ 1550, "1.6 us" },
	{ 999999, "1.0 ms" },
	{ 20000000, "20 ms" },
	{ 3210000000, "3.2 s" },
	{ UINT64_C(999960000000), "1000.0 s" },
	{ UINT64_C(86400000000000), "86400 s" },
	{ UINT64_MAX, "18446744073.7 s" },
};

START_TEST(format_ns)
{
	char text[CTL_FORMAT_MAX];

	ctl_format_ns(times[_i].value, text, sizeof(text));
	ck_assert_str_eq(text, times[_i].text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_size");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, size, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(tcase, number, 0, ARRAY_SIZE(numbers));
	tcase_add_loop_test(tcase, page, 0, ARRAY_SIZE(pages));
	tcase_add_test(tcase, long_value);
	tcase_add_loop_test(tcase, format_bytes, 0, ARRAY_SIZE(bytes));
	tcase_add_loop_test(tcase, format_ns, 0, ARRAY_SIZE(times));
	return suite_run(suite);
}
