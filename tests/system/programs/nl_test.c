// SPDX-License-Identifier: GPL-2.0-or-later
/* What the programs of netlink cases share. */
#include "nl_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pkvm.h>

struct test test_start(void)
{
	struct test test = { .sock = nl_open() };

	setvbuf(stdout, NULL, _IOLBF, 0);
	test.family = test.sock < 0 ? test.sock : nl_family(test.sock, PKVM_FAMILY_NAME);
	if (test.family < 0) {
		test_report(&test, "family", false, strerror(-test.family));
		exit(1);
	}
	return test;
}

void test_report(struct test *test, const char *name, bool passed, const char *seen)
{
	test->failed += !passed;
	if (passed)
		printf("PASS %s\n", name);
	else
		printf("FAIL %s %s\n", name, seen);
}

int test_ask(struct test *test, struct nl_request request, nl_read_fn read, void *arg,
	     struct nl_answer *ret)
{
	request.family = test->family;
	return nl_ask(test->sock, &request, read, arg, ret);
}
