// SPDX-License-Identifier: GPL-2.0-or-later
/* Recent events out of a tracefs that is a tree of plain files. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "recent.h"

static char top[64];

/* Makes a file of the tree, and the folders on the way to it. */
static FILE *create(const char *path)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", top, path);
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	return file;
}

static void put(const char *path, const char *text)
{
	FILE *file = create(path);

	fputs(text, file);
	fclose(file);
}

static void setup(void)
{
	strcpy(top, "/tmp/test_ctl_recent-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", top);
	ck_assert_int_eq(system(command), 0);
}

/* All of it, with the tree's own name as "T". The caller frees it. */
static char *recent(void)
{
	char *text, *at;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	ctl_recent_events(top, out);
	fclose(out);
	while ((at = strstr(text, top))) {
		*at = 'T';
		memmove(at + 1, at + strlen(top), strlen(at + strlen(top)) + 1);
	}
	return text;
}

static void expect(const char *expected)
{
	char *text = recent();

	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(every_buffer_is_told)
{
	put("trace", "# tracer: nop\n"
		     "# what: hyp_enter: is\n"
		     "  a-1 [000] ..... 1.0: sched_switch: prev=x\n"
		     "  a-1 [000] ..... 1.1: pkvm_vm: action=create vm=1\n");
	put("events/pkvm/enable", "X\n");
	put("events/pkvm/hyp_vm_create/enable", "0\n");
	put("events/pkvm/pkvm_vm/enable", "1\n");
	put("instances/mine/trace", "  k-2 [001] ..... 2.0: hyp_vm_create: hyp_cpu=1 vm=1\n");
	put("instances/mine/events/pkvm/hyp_vm_create/enable", "1\n");
	put("instances/mine/events/pkvm/hyp_lost/enable", "1*\n");
	put("instances/other/trace", "");
	put("instances/other/events/pkvm/hyp_lost/enable", "0\n");
	expect("T: on: pkvm_vm\n"
	       "  a-1 [000] ..... 1.1: pkvm_vm: action=create vm=1\n"
	       "T/instances/mine: on: hyp_lost hyp_vm_create\n"
	       "  k-2 [001] ..... 2.0: hyp_vm_create: hyp_cpu=1 vm=1\n"
	       "T/instances/other: on: none of the module's events\n");
}
END_TEST

START_TEST(what_is_missing_is_told)
{
	expect("T/trace: No such file or directory\n");
	put("trace", "");
	expect("T: no events of the module's: No such file or directory\n");
}
END_TEST

/* The last ones, in their order. */
START_TEST(the_last_ones_are_told)
{
	FILE *file = create("trace");
	char *text, *line;

	put("events/pkvm/hyp_exit/enable", "0\n");
	for (int i = 0; i < 2 * CTL_RECENT_EVENTS + 7; i++)
		fprintf(file, "x: hyp_exit: number=%d\n", i);
	fclose(file);
	text = recent();
	line = strchr(text, '\n') + 1;
	for (int i = CTL_RECENT_EVENTS + 7; i < 2 * CTL_RECENT_EVENTS + 7; i++) {
		int number;

		ck_assert_int_eq(sscanf(line, "x: hyp_exit: number=%d", &number), 1);
		ck_assert_int_eq(number, i);
		line = strchr(line, '\n') + 1;
	}
	ck_assert_str_eq(line, "");
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_recent");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, every_buffer_is_told);
	tcase_add_test(tcase, what_is_missing_is_told);
	tcase_add_test(tcase, the_last_ones_are_told);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
