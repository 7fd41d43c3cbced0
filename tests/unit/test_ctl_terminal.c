// SPDX-License-Identifier: GPL-2.0-or-later
/* What pkvmctl does on a terminal, and not elsewhere: colour, width, long work with a bar. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "progress.h"
#include "style.h"
#include "suite.h"

/* The program's side of a new terminal of this width. */
static int open_terminal(unsigned short columns, int *ret_master)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY), fd;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	fd = open(ptsname(master), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ioctl(fd, TIOCSWINSZ, &size), 0);
	*ret_master = master;
	return fd;
}

static struct ctl_style detect(int fd)
{
	struct ctl_style style = { 0 };

	ctl_style_detect(fd, &style);
	return style;
}

START_TEST(color)
{
	int master, fd = open_terminal(100, &master);

	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	ck_assert(detect(fd).color);
	setenv("NO_COLOR", "1", 1);
	ck_assert(!detect(fd).color);
	setenv("NO_COLOR", "", 1);
	ck_assert(detect(fd).color);
	setenv("TERM", "dumb", 1);
	ck_assert(!detect(fd).color);
	unsetenv("TERM");
	ck_assert(!detect(fd).color);
	close(fd);
	close(master);
}
END_TEST

START_TEST(no_terminal)
{
	int pipe_fds[2];

	ck_assert_int_eq(pipe(pipe_fds), 0);
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	unsetenv("COLUMNS");
	ck_assert(!detect(pipe_fds[1]).color);
	ck_assert_uint_eq(detect(pipe_fds[1]).width, CTL_WIDTH_DEFAULT);
	setenv("COLUMNS", "120", 1);
	ck_assert_uint_eq(detect(pipe_fds[1]).width, 120);
	setenv("COLUMNS", "3", 1);
	ck_assert_uint_eq(detect(pipe_fds[1]).width, CTL_WIDTH_MIN);
	setenv("COLUMNS", "wide", 1);
	ck_assert_uint_eq(detect(pipe_fds[1]).width, CTL_WIDTH_DEFAULT);
	setenv("COLUMNS", "99999999999999999999", 1);
	ck_assert_uint_eq(detect(pipe_fds[1]).width, CTL_WIDTH_DEFAULT);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}
END_TEST

START_TEST(terminal_width)
{
	int master, fd = open_terminal(132, &master);

	setenv("COLUMNS", "50", 1);
	ck_assert_uint_eq(detect(fd).width, 132);
	close(fd);
	close(master);

	fd = open_terminal(20, &master);
	ck_assert_uint_eq(detect(fd).width, CTL_WIDTH_MIN);
	close(fd);
	close(master);
}
END_TEST

/*
 * EL2 in the place of the module: takes up to @room pages, then fails or falls short. A page
 * of its host's is @host_page of its own, or one.
 */
struct fake_el2 {
	uint64_t room;
	uint64_t host_page;
	int err;
	unsigned int calls;
	uint64_t largest;
};

static int fake_topup(void *context, uint64_t pages, uint64_t *ret_done)
{
	struct fake_el2 *el2 = context;
	uint64_t host_page = el2->host_page ? el2->host_page : 1;
	uint64_t whole = (pages + host_page - 1) / host_page * host_page;

	el2->calls++;
	if (pages > el2->largest)
		el2->largest = pages;
	*ret_done = whole < el2->room ? whole : el2->room;
	el2->room -= *ret_done;
	return *ret_done < pages ? el2->err : 0;
}

static const struct ctl_progress no_bar = { NULL, 80, "top-up" };

START_TEST(steps)
{
	struct fake_el2 el2 = { .room = 10000 };
	uint64_t done = 1;

	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &el2, 1000, 256, &no_bar, &done), 0);
	ck_assert_uint_eq(done, 1000);
	ck_assert_uint_eq(el2.calls, 4);
	ck_assert_uint_eq(el2.largest, 256);
	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &el2, 256, 256, &no_bar, &done), 0);
	ck_assert_uint_eq(done, 256);
	ck_assert_uint_eq(el2.calls, 5);
}
END_TEST

START_TEST(steps_of_whole_host_pages)
{
	struct fake_el2 el2 = { .room = 10000, .host_page = 16 };
	uint64_t done = 1;

	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &el2, 1000, 250, &no_bar, &done), 0);
	ck_assert_uint_eq(done, 1008);
	ck_assert_uint_eq(el2.calls, 4);
}
END_TEST

START_TEST(steps_end_early)
{
	struct fake_el2 failing = { .room = 300, .err = -ENOMEM };
	struct fake_el2 short_of_pages = { .room = 300 };
	uint64_t done = 1;

	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &failing, 1000, 256, &no_bar, &done),
			 -ENOMEM);
	ck_assert_uint_eq(done, 300);
	ck_assert_uint_eq(failing.calls, 2);
	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &short_of_pages, 1000, 256, &no_bar, &done),
			 0);
	ck_assert_uint_eq(done, 300);
	ck_assert_uint_eq(short_of_pages.calls, 2);
}
END_TEST

START_TEST(bar)
{
	struct fake_el2 el2 = { .room = 512 };
	struct ctl_progress progress = { .width = 70, .what = "top-up" };
	uint64_t done;
	size_t size;
	char *text;

	progress.out = open_memstream(&text, &size);
	ck_assert_int_eq(ctl_move_in_steps(fake_topup, &el2, 512, 256, &progress, &done), 0);
	fclose(progress.out);
	ck_assert_str_eq(text, "\rtop-up [--------------------]   0 %  0 B of 2 MiB\033[K"
			       "\rtop-up [##########----------]  50 %  1 MiB of 2 MiB\033[K"
			       "\r\033[K");
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_terminal");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, color);
	tcase_add_test(tcase, no_terminal);
	tcase_add_test(tcase, terminal_width);
	tcase_add_test(tcase, steps);
	tcase_add_test(tcase, steps_of_whole_host_pages);
	tcase_add_test(tcase, steps_end_early);
	tcase_add_test(tcase, bar);
	return suite_run(suite);
}
