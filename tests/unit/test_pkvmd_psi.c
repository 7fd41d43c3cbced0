// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmd reads of the kernel's about memory, and the histograms that it counts into. */
#include <check.h>
#include <errno.h>

#include "../../daemon/pkvmd/counters.h"
#include "../../daemon/pkvmd/psi.h"
#include "suite.h"

static const struct {
	const char *text;
	int err;
	uint32_t share;
} shares[] = {
	{ "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
	  "full avg10=9.99 avg60=0.00 avg300=0.00 total=0\n", 0, 0 },
	{ "some avg10=1.23 avg60=4.56 avg300=7.89 total=12345\n", 0, 123 },
	{ "some avg10=100.00 avg60=0.00 avg300=0.00 total=1\n", 0, 10000 },
	{ "full avg10=1.23 avg60=4.56 avg300=7.89 total=12345\n", -EBADMSG, 0 },
	{ "some avg10=101.00 avg60=0.00", -EBADMSG, 0 },
	{ "some avg10=1.23", -EBADMSG, 0 },
	{ "some avg10=x", -EBADMSG, 0 },
	{ "", -EBADMSG, 0 },
};

START_TEST(share)
{
	uint32_t seen = 4711;

	ck_assert_int_eq(psi_parse(shares[_i].text, &seen), shares[_i].err);
	ck_assert_uint_eq(seen, shares[_i].err ? 4711 : shares[_i].share);
}
END_TEST

static const struct {
	const char *text;
	int err;
	uint64_t pages;
} meminfos[] = {
	{ "MemTotal:        4014796 kB\nMemFree:  7 kB\nMemAvailable:    2000004 kB\n", 0, 500001 },
	{ "MemTotal:        4014796 kB\nMemFree:  7 kB\n", -EBADMSG, 0 },
	{ "MemTotal: 1 kB\nMemAvailable: none\n", -EBADMSG, 0 },
	{ "", -EBADMSG, 0 },
};

START_TEST(meminfo)
{
	uint64_t seen = 4711;

	ck_assert_int_eq(meminfo_parse(meminfos[_i].text, &seen), meminfos[_i].err);
	ck_assert_uint_eq(seen, meminfos[_i].err ? 4711 : meminfos[_i].pages);
}
END_TEST

/* A value that is a bound belongs to the bucket of the bound. */
START_TEST(histogram)
{
	struct counters counters;
	struct histogram *sizes = &counters.topup_size;

	counters_init(&counters);
	histogram_add(sizes, 0);
	histogram_add(sizes, 1);
	histogram_add(sizes, 2);
	histogram_add(sizes, 65536);
	histogram_add(sizes, 65537);
	ck_assert_uint_eq(sizes->counts[0], 2);
	ck_assert_uint_eq(sizes->counts[1], 1);
	ck_assert_uint_eq(sizes->counts[sizes->shape->n - 1], 1);
	ck_assert_uint_eq(sizes->counts[sizes->shape->n], 1);
	ck_assert_uint_eq(sizes->sum, 131076);
}
END_TEST

START_TEST(bounds_ascend)
{
	const struct histogram_shape *const shapes[] = { &request_latency_shape,
							 &topup_size_shape };

	for (size_t i = 1; i < shapes[_i]->n; i++)
		ck_assert_uint_lt(shapes[_i]->bounds[i - 1], shapes[_i]->bounds[i]);
	ck_assert_uint_le(shapes[_i]->n, HISTOGRAM_BUCKETS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_psi");
	TCase *tcase = tcase_create("psi");

	tcase_add_loop_test(tcase, share, 0, sizeof(shares) / sizeof(shares[0]));
	tcase_add_loop_test(tcase, meminfo, 0, sizeof(meminfos) / sizeof(meminfos[0]));
	tcase_add_test(tcase, histogram);
	tcase_add_loop_test(tcase, bounds_ascend, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
