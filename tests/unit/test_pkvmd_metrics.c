// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pkvmd publishes as metrics, in both formats, against files in tests/unit/golden:
 * others are held against these (dashboard, alerts). GOLDEN_UPDATE=1 writes them anew.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "committed.h"
#include "fake/pkvmd.h"
#include "fake/probe.h"
#include "metrics.h"
#include "suite.h"

static struct fake_manager fake;

static struct probe_kind kinds[] = {
	{ { .type = 1, .cause = 1 },
	  { .sum = { .calls = 3,
		     .failures = 1,
		     .retries = 4,
		     .asked = 17,
		     .given = 8,
		     .duration_ns = 5000 },
	    .latency = { [12] = 2, [39] = 1 },
	    .asked = { [3] = 3 },
	    .given = { [0] = 1, [3] = 2 } } },
	{ { .type = 1, .cause = 2 },
	  { .sum = { .calls = 1, .retries = 1, .asked = 2, .given = 1, .duration_ns = 7 },
	    .latency = { [3] = 1 },
	    .asked = { [2] = 1 },
	    .given = { [1] = 1 } } },
	{ { .source = HYP_REQ_SOURCE_KERNEL, .type = 5 }, { .sum = { .calls = 9 } } },
};

static void setup(void)
{
	fake_manager_init(&fake);
	fake_probe.pinned = true;
	fake_probe.reading = (struct probe_reading){
		.kinds = kinds,
		.nr_kinds = 3,
		.lost = { 41, 42, 43 },
	};
}

static void teardown(void)
{
	fake_manager_release(&fake);
}

static char *text(enum om_format format)
{
	char *all;
	size_t size;

	ck_assert_int_eq(metrics_text(&fake.manager, format, &all, &size), 0);
	ck_assert_uint_eq(strlen(all), size);
	return all;
}

START_TEST(both_formats)
{
	char *openmetrics = text(OM_OPENMETRICS), *prometheus = text(OM_PROMETHEUS);

	committed_compare("tests/unit/golden/metrics-openmetrics", openmetrics);
	committed_compare("tests/unit/golden/metrics-prometheus", prometheus);
	ck_assert_uint_eq(fake.refreshes, 2);
	free(openmetrics);
	free(prometheus);
}
END_TEST

/* The daemon runs on without a probe, and says so. */
START_TEST(without_probe)
{
	char *all;

	fake_probe.pinned = false;
	all = text(OM_OPENMETRICS);
	ck_assert_ptr_nonnull(strstr(all, "\npkvmd_probe_running 0\n# EOF\n"));
	ck_assert_int_eq(fake_probe.open_maps, 0);
	free(all);
}
END_TEST

static size_t count(const char *where, const char *what)
{
	size_t n = 0;

	for (; (where = strstr(where, what)); where++)
		n++;
	return n;
}

/* OpenMetrics: families come once, and their samples are together behind them. */
START_TEST(families_are_whole)
{
	char *all = text(OM_OPENMETRICS), name[128], *rest = all, *line;
	char type[160], prefix[128] = "";

	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "# TYPE %127s", name) == 1)
			snprintf(prefix, sizeof(prefix), "%s", name);
		else if (*line && *line != '#')
			ck_assert_msg(!strncmp(line, prefix, strlen(prefix)), "%s in %s", line,
				      prefix);
	}
	free(all);
	all = text(OM_OPENMETRICS);
	for (rest = all; (rest = strstr(rest, "# TYPE ")); rest += 7) {
		ck_assert_int_eq(sscanf(rest, "# TYPE %127s", name), 1);
		snprintf(type, sizeof(type), "# TYPE %s ", name);
		ck_assert_uint_eq(count(all, type), 1);
	}
	free(all);
}
END_TEST

START_TEST(without_module)
{
	char *all;

	fake.manager.state = MANAGER_WAITING;
	all = text(OM_OPENMETRICS);
	ck_assert_ptr_nonnull(strstr(all, "\npkvm_module_loaded 0\n"));
	ck_assert_ptr_null(strstr(all, "pkvm_owned_bytes"));
	ck_assert_ptr_nonnull(strstr(all, "\npkvmd_state{state=\"waiting\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(all, "\npkvmd_state{state=\"live\"} 0\n"));
	free(all);
}
END_TEST

/* EL2 is dead: what it is, but no figure of it. */
START_TEST(with_dead_el2)
{
	char *all;

	fake.manager.state = MANAGER_DEAD;
	all = text(OM_OPENMETRICS);
	ck_assert_ptr_nonnull(strstr(all, "\npkvm_module_loaded 1\n"));
	ck_assert_ptr_nonnull(strstr(all, "\npkvm_el2_live 0\n"));
	ck_assert_ptr_nonnull(strstr(all, "\npkvm_shrinker_reserve_bytes 4194304\n"));
	ck_assert_ptr_null(strstr(all, "pkvm_owned_bytes"));
	free(all);
}
END_TEST

/* No count is lost, even of a pair that is not expected. */
START_TEST(unexpected_reason)
{
	const char *line = "\npkvmd_actions_total{action=\"release\",reason=\"requested\"} 5\n";
	char *all = text(OM_OPENMETRICS);

	ck_assert_ptr_null(strstr(all, "action=\"release\",reason=\"requested\""));
	free(all);
	fake.manager.counters.actions[POLICY_RELEASE][REASON_REQUESTED] = 5;
	all = text(OM_OPENMETRICS);
	ck_assert_ptr_nonnull(strstr(all, line));
	free(all);
}
END_TEST

/* What a label holds cannot break the line, or pass for another one. */
START_TEST(labels_are_escaped)
{
	char *all;

	strcpy(fake.manager.info.module_version, "1\"2\\3\n4");
	all = text(OM_OPENMETRICS);
	ck_assert_ptr_nonnull(strstr(all, "pkvm_module_info{version=\"1\\\"2\\\\3\\n4\",provider="));
	free(all);
}
END_TEST

static const struct {
	enum om_unit unit;
	uint64_t value;
	const char *expected;
} values[] = {
	{ OM_COUNT, UINT64_MAX, "x 18446744073709551615\n" },
	{ OM_PAGES, 3, "x 12288\n" },
	{ OM_BYTES, 0, "x 0\n" },
	{ OM_NS, 0, "x 0\n" },
	{ OM_NS, 1, "x 0.000000001\n" },
	{ OM_NS, 1500000000, "x 1.5\n" },
	{ OM_NS, 2000000000, "x 2\n" },
	{ OM_US, 1000001, "x 1.000001\n" },
	{ OM_BASIS_POINTS, 123, "x 0.0123\n" },
	{ OM_BASIS_POINTS, 10000, "x 1\n" },
};

START_TEST(units)
{
	const struct om_family family = { "x", OM_GAUGE, values[_i].unit, "X" };
	struct om_writer writer = { .format = OM_PROMETHEUS };
	char *all;
	size_t size;

	writer.out = open_memstream(&all, &size);
	om_begin(&writer, &family);
	om_sample(&writer, NULL, 0, values[_i].value);
	om_end(&writer);
	fclose(writer.out);
	ck_assert_str_eq(strstr(all, "\nx ") + 1, values[_i].expected);
	free(all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_metrics");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, both_formats);
	tcase_add_test(tcase, without_probe);
	tcase_add_test(tcase, families_are_whole);
	tcase_add_test(tcase, without_module);
	tcase_add_test(tcase, with_dead_el2);
	tcase_add_test(tcase, unexpected_reason);
	tcase_add_test(tcase, labels_are_escaped);
	tcase_add_loop_test(tcase, units, 0, sizeof(values) / sizeof(values[0]));
	return suite_run(suite);
}
