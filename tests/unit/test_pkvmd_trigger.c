// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd's PSI triggers over folders of the test's own: when a group is not there, comes, goes and
 * comes again. In place of the kernel's files are pipes, and terminals, which can hang up.
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../../daemon/pkvmd/trigger.h"

#define GROUP	"outer/inner"
#define FILE_NAME	"memory.pressure"
/* 5 % of 2 s, and the zero that ends it. */
#define TEXT	"some 100000 2000000"

static char root[] = "/tmp/pkvmd_trigger.XXXXXX";
static char path[128];
static sd_event *event;
static struct trigger *trigger;
static unsigned int fired;

static void on_fire(void *arg)
{
	ck_assert_ptr_eq(arg, &fired);
	fired++;
}

static void settle(void)
{
	int n;

	for (int i = 0; i < 100; i++) {
		n = sd_event_run(event, 1000);
		ck_assert_int_ge(n, 0);
		if (!n)
			return;
	}
	ck_abort_msg("the loop does not come to rest");
}

static void make_folder(const char *name)
{
	char folder[160];

	snprintf(folder, sizeof(folder), "%s/%s", root, name);
	ck_assert_int_eq(mkdir(folder, 0755), 0);
}

static void remove_folder(const char *name)
{
	char folder[160];

	snprintf(folder, sizeof(folder), "%s/%s", root, name);
	ck_assert_int_eq(rmdir(folder), 0);
}

static int try_to_watch(size_t fixed)
{
	const struct trigger_spec spec = {
		.path = path, .fixed = fixed, .stalled = 100000, .window = 2000000,
		.fires = on_fire, .arg = &fired,
	};

	return trigger_new(event, &spec, &trigger);
}

static void watch(void)
{
	ck_assert_int_eq(try_to_watch(strlen(root)), 0);
	settle();
}

static bool is_set(void)
{
	char text[8];

	return trigger_read(trigger, text, sizeof(text)) != -ENOENT;
}

/* As nobody, so that rights count. */
static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	if (!geteuid()) {
		ck_assert_int_eq(chown(root, 65534, 65534), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	snprintf(path, sizeof(path), "%s/%s/%s", root, GROUP, FILE_NAME);
	ck_assert_int_ge(sd_event_new(&event), 0);
}

static void teardown(void)
{
	char command[64];

	trigger_free(trigger);
	sd_event_unref(event);
	/* Else the leak checker may not look. */
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

/* What was written last to the file at @fd. */
static void written(int fd)
{
	char text[64] = "";

	ck_assert_int_eq(read(fd, text, sizeof(text)), sizeof(TEXT));
	ck_assert_str_eq(text, TEXT);
}

static int make_pipe(mode_t mode)
{
	int fd;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(chmod(path, mode), 0);
	return fd;
}

/* Returns the end at which what is written arrives, and whose closing is a hang-up. */
static int make_terminal(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), slave;
	struct termios modes;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd) | unlockpt(fd), 0);
	slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	ck_assert_int_eq(tcgetattr(slave, &modes), 0);
	cfmakeraw(&modes);
	ck_assert_int_eq(tcsetattr(slave, TCSANOW, &modes), 0);
	ck_assert_int_eq(symlink(ptsname(fd), path), 0);
	/* Open: without one that has it open, the other end would be hung up. */
	return fd;
}

START_TEST(is_set_at_once)
{
	int fd;

	make_folder("outer");
	make_folder(GROUP);
	fd = make_pipe(0600);
	watch();
	ck_assert(is_set());
	written(fd);
	close(fd);
}
END_TEST

START_TEST(is_set_when_the_group_comes)
{
	int fd;

	watch();
	ck_assert(!is_set());
	make_folder("other");
	settle();
	make_folder("outer");
	settle();
	ck_assert(!is_set());
	make_folder(GROUP);
	settle();
	ck_assert(!is_set());
	fd = make_pipe(0600);
	settle();
	ck_assert(is_set());
	written(fd);
	/* It is not watched for any more. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(sd_event_run(event, 1000), 0);
	close(fd);
}
END_TEST

/* All at once, before the loop has run. */
START_TEST(is_set_when_all_has_come)
{
	int fd;

	watch();
	make_folder("outer");
	make_folder(GROUP);
	fd = make_pipe(0600);
	settle();
	ck_assert(is_set());
	written(fd);
	close(fd);
}
END_TEST

START_TEST(is_set_when_it_may)
{
	int fd;

	make_folder("outer");
	make_folder(GROUP);
	fd = make_pipe(0000);
	watch();
	ck_assert(!is_set());
	ck_assert_int_eq(chmod(path, 0600), 0);
	settle();
	ck_assert(is_set());
	written(fd);
	close(fd);
}
END_TEST

/* Twice: with the group alone, and with what is above it. */
START_TEST(comes_again)
{
	int fd;

	make_folder("outer");
	make_folder(GROUP);
	fd = make_terminal();
	watch();
	ck_assert(is_set());
	for (int above = 0; above < 2; above++) {
		written(fd);
		ck_assert_int_eq(unlink(path), 0);
		remove_folder(GROUP);
		if (above)
			remove_folder("outer");
		close(fd);
		settle();
		ck_assert(!is_set());
		ck_assert_uint_eq(fired, 0);
		if (above)
			make_folder("outer");
		make_folder(GROUP);
		settle();
		fd = make_terminal();
		settle();
		ck_assert(is_set());
	}
	written(fd);
	close(fd);
}
END_TEST

/* What stays is not waited for. */
START_TEST(what_stays_must_be_there)
{
	ck_assert_int_eq(try_to_watch(0), -ENOENT);
	make_folder("outer");
	make_folder(GROUP);
	ck_assert_int_eq(symlink("/dev/full", path), 0);
	ck_assert_int_eq(try_to_watch(0), -ENOSPC);
	ck_assert_ptr_null(trigger);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_trigger");
	TCase *tcase = tcase_create("trigger");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, is_set_at_once);
	tcase_add_test(tcase, is_set_when_the_group_comes);
	tcase_add_test(tcase, is_set_when_all_has_come);
	tcase_add_test(tcase, is_set_when_it_may);
	tcase_add_test(tcase, comes_again);
	tcase_add_test(tcase, what_stays_must_be_there);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
