/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs command lines of pkvmctl as its main() does, and keeps what they say. */
#ifndef FAKE_CTL_RUN_H
#define FAKE_CTL_RUN_H

#include <stddef.h>
#include <stdio.h>

struct fake_said {
	char out[16384], err[4096];
};

extern struct fake_said said;

/* Sends what is written to @fd to @to instead; returns what restore() takes back. */
int redirect(int fd, FILE *to);
void restore(int fd, int saved);

/* Reads all of the file into @text, and closes it. */
void slurp(FILE *from, char *text, size_t size);

/* Runs one command line; what it said is in @said. Returns its exit status. */
int run(const char *line);

/* The same, but for what goes to @err. */
int run_with_stderr(const char *line, FILE *err);

#endif
