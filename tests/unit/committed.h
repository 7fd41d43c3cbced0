/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the tree that tests read and hold their subject against. */
#ifndef UNIT_COMMITTED_H
#define UNIT_COMMITTED_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMITTED_MAX	65536

/* A text file by its path from the top of the tree, where tests run. The caller frees it. */
static inline char *committed_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, COMMITTED_MAX);

	ck_assert_msg(file, "%s: run the tests at the top of the tree", path);
	ck_assert_uint_lt(fread(text, 1, COMMITTED_MAX - 1, file), COMMITTED_MAX - 1);
	fclose(file);
	return text;
}

/* Whether a text is what the file says. GOLDEN_UPDATE=1 writes the file anew first. */
static inline void committed_compare(const char *path, const char *text)
{
	char *expected;
	FILE *file;

	if (getenv("GOLDEN_UPDATE")) {
		file = fopen(path, "w");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_ge(fputs(text, file), 0);
		ck_assert_int_eq(fclose(file), 0);
	}
	expected = committed_read(path);
	ck_assert_msg(!strcmp(text, expected), "%s: expected\n%s\ngot\n%s", path, expected, text);
	free(expected);
}

#endif
