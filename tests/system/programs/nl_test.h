/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of test cases that talk to the netlink family. */
#ifndef SYSTEM_NL_TEST_H
#define SYSTEM_NL_TEST_H

#include <stdbool.h>

#include "nl.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define ATTR_U8(t, v)	{ .type = (t), .len = 1, .value = (v) }
#define ATTR_U32(t, v)	{ .type = (t), .len = 4, .value = (v) }
#define ATTR_U64(t, v)	{ .type = (t), .len = 8, .value = (v) }
#define ATTR_FLAG(t)	{ .type = (t) }
#define DO(c, ...)	{ .cmd = (c), .attrs = { __VA_ARGS__ } }
#define TRAIL(n, c, ...) { .cmd = (c), .trailing = (n), .attrs = { __VA_ARGS__ } }
#define DUMP(c, ...)	{ .cmd = (c), .flags = NLM_F_DUMP, .attrs = { __VA_ARGS__ } }

struct test {
	int sock;
	int family;
	int failed;		/* cases */
};

/* Opens the socket, finds the family; if there is none, reports that and exits. */
struct test test_start(void);

/* Prints the line of a case as tests/system/run reads it; seen tells why it failed. */
void test_report(struct test *test, const char *name, bool passed, const char *seen);

/* nl_ask() of the family. */
int test_ask(struct test *test, struct nl_request request, nl_read_fn read, void *arg,
	     struct nl_answer *ret);

#endif
