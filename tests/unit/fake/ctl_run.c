// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs command lines of pkvmctl. */
#include "fake/ctl_run.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "fake/client.h"
#include "run.h"

#define MAX_WORDS	16

struct fake_said said;

int redirect(int fd, FILE *to)
{
	int saved = dup(fd);

	ck_assert_int_ge(dup2(fileno(to), fd), 0);
	return saved;
}

void restore(int fd, int saved)
{
	ck_assert_int_ge(dup2(saved, fd), 0);
	close(saved);
}

void slurp(FILE *from, char *text, size_t size)
{
	rewind(from);
	text[fread(text, 1, size - 1, from)] = '\0';
	fclose(from);
}

int run_with_stderr(const char *line, FILE *err)
{
	const char *argv[MAX_WORDS] = { "pkvmctl" };
	int argc = 1, status, saved_out, saved_err;
	FILE *out = tmpfile();
	char buf[256];

	snprintf(buf, sizeof(buf), "%s", line);
	for (char *word = strtok(buf, " "); word && argc < MAX_WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;

	fflush(stdout);
	saved_out = redirect(STDOUT_FILENO, out);
	saved_err = redirect(STDERR_FILENO, err);
	status = ctl_run(argc, argv);
	fflush(stdout);
	restore(STDOUT_FILENO, saved_out);
	restore(STDERR_FILENO, saved_err);
	slurp(out, said.out, sizeof(said.out));
	ck_assert_int_eq(fake_module.open_clients, 0);
	ck_assert_int_eq(fake_module.open_monitors, 0);
	return status;
}

int run(const char *line)
{
	FILE *err = tmpfile();
	int status = run_with_stderr(line, err);

	slurp(err, said.err, sizeof(said.err));
	return status;
}
