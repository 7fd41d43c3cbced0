// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The HTTP server with its real library and loop, on a socket of the test's own; the
 * client is another process, as a scraper is.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"
#include "fake/pkvmd.h"
#include "http.h"
#include "suite.h"

#define ANSWER_MAX	65536
#define USEC		UINT64_C(1000000)

static struct fake_manager fake;
static struct http *http;
static struct sockaddr_un address;

static socklen_t size;		/* of @address */

/* In the abstract name space, under a name of the kernel's choice. */
static int listening_socket(void)
{
	const struct sockaddr any = { .sa_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, &any, sizeof(any.sa_family)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

static void setup(void)
{
	int fd = listening_socket();

	size = sizeof(address);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	fake_manager_init(&fake);
	ck_assert_int_eq(http_new_on(&fake.manager, &fd, 1, &http), 0);
}

static void teardown(void)
{
	http_free(http);
	fake_manager_release(&fake);
}

struct client {
	void (*run)(void);
};

static void be_client(const void *arg)
{
	((const struct client *)arg)->run();
}

/* Runs @client in another process and the server in this one until it has ended. */
static void with_client(void (*client)(void))
{
	child_run(fake.manager.event, be_client, &(struct client){ client });
}

static int open_client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	MUST(!connect(fd, (struct sockaddr *)&address, size));
	return fd;
}

static char answer[ANSWER_MAX];

static void read_answer(int fd)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0)
		n += (size_t)got;
	answer[n] = '\0';
	close(fd);
}

static void ask(const char *request)
{
	int fd = open_client();

	MUST(write(fd, request, strlen(request)) == (ssize_t)strlen(request));
	read_answer(fd);
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool ends(const char *text, const char *with)
{
	return strlen(text) >= strlen(with) && !strcmp(text + strlen(text) - strlen(with), with);
}

#define HOST	"Host: x\r\nConnection: close\r\n"

static void scrape(void)
{
	ask("GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	MUST(begins(answer, "HTTP/1.1 200 "));
	MUST(strstr(answer, "Content-Type: application/openmetrics-text; version=1.0.0"));
	MUST(strstr(answer, "\npkvmd_decisions_total 17\n"));
	MUST(ends(answer, "# EOF\n"));
}

START_TEST(a_scrape)
{
	with_client(scrape);
	ck_assert_uint_eq(fake.refreshes, 1);
}
END_TEST

static void formats(void)
{
	static const struct {
		const char *accept;
		bool openmetrics;
	} cases[] = {
		{ "*/*", true },
		{ "text/html", true },
		{ "text/plain;version=0.0.4;q=0.2", false },
		{ "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
		  true },
		{ "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0", true },
	};
	char request[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(request, sizeof(request),
			 "GET /metrics HTTP/1.1\r\n" HOST "Accept: %s\r\n\r\n", cases[i].accept);
		ask(request);
		MUST(begins(answer, "HTTP/1.1 200 "));
		MUST(ends(answer, "# EOF\n") == cases[i].openmetrics);
		MUST(!strstr(answer, "Content-Type: text/plain; version=0.0.4") ==
		     cases[i].openmetrics);
	}
}

START_TEST(the_format_is_negotiated)
{
	with_client(formats);
}
END_TEST

static void others(void)
{
	ask("GET / HTTP/1.1\r\n" HOST "\r\n");
	MUST(begins(answer, "HTTP/1.1 404 "));
	ask("GET /metricsx HTTP/1.1\r\n" HOST "\r\n");
	MUST(begins(answer, "HTTP/1.1 404 "));
	ask("POST /metrics HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
	MUST(begins(answer, "HTTP/1.1 405 "));
	MUST(strstr(answer, "Allow: GET, HEAD"));
	ask("HEAD /metrics HTTP/1.1\r\n" HOST "\r\n");
	MUST(begins(answer, "HTTP/1.1 200 "));
	MUST(ends(answer, "\r\n\r\n"));
	ask("nonsense\r\n\r\n");
	MUST(!begins(answer, "HTTP/1.1 200 "));
}

START_TEST(other_requests)
{
	with_client(others);
	/* Only HEAD had to know. */
	ck_assert_uint_eq(fake.refreshes, 1);
}
END_TEST

static void one_connection(void)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = open_client();
	size_t n = 0;

	for (int i = 0; i < 3; i++) {
		MUST(write(fd, request, strlen(request)) == (ssize_t)strlen(request));
		for (n = 0; !n || !ends(answer, "# EOF\n"); answer[n] = '\0') {
			ssize_t got = read(fd, answer + n, sizeof(answer) - 1 - n);

			MUST(got > 0);
			n += (size_t)got;
		}
	}
	close(fd);
}

START_TEST(a_connection_is_kept)
{
	with_client(one_connection);
	ck_assert_uint_eq(fake.refreshes, 3);
}
END_TEST

/* More than are served at a time, some silent, some cut off: the next one is served. */
static void crowd(void)
{
	int fds[32];

	for (int i = 0; i < 32; i++) {
		fds[i] = open_client();
		if (i % 2)
			MUST(write(fds[i], "GET /met", 8) == 8);
	}
	for (int i = 0; i < 32; i++)
		close(fds[i]);
	scrape();
}

START_TEST(who_asks_nothing_is_in_nobodys_way)
{
	with_client(crowd);
}
END_TEST

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void many(void)
{
	for (int i = 0; i < 100; i++)
		scrape();
}

START_TEST(nothing_is_left_open)
{
	int before;

	with_client(scrape);
	before = open_files();
	with_client(many);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

static int count_round(sd_event_source *source, void *arg)
{
	(void)source;
	++*(int *)arg;
	return 0;
}

/* Between two scrapes it does not run: nothing is due but the end of the test. */
START_TEST(idle_it_sleeps)
{
	sd_event_source *post;
	int rounds = 0;

	with_client(scrape);
	ck_assert_int_ge(sd_event_add_post(fake.manager.event, &post, count_round, &rounds), 0);
	while (sd_event_run(fake.manager.event, USEC / 10) > 0)
		;
	rounds = 0;
	ck_assert_int_eq(sd_event_run(fake.manager.event, USEC / 2), 0);
	ck_assert_int_eq(rounds, 0);
	sd_event_source_unref(post);
}
END_TEST

/* Two sockets, as with a drop-in for TCP; and none, as without systemd. */
START_TEST(sockets)
{
	int fds[2] = { listening_socket(), listening_socket() };
	struct http *other = NULL;

	ck_assert_int_eq(http_new_on(&fake.manager, fds, 2, &other), 0);
	http_free(other);
	unsetenv("LISTEN_FDS");
	ck_assert_int_eq(http_new(&fake.manager, &other), 0);
	ck_assert_ptr_null(other);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_http");
	TCase *tcase = tcase_create("all");

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_scrape);
	tcase_add_test(tcase, the_format_is_negotiated);
	tcase_add_test(tcase, other_requests);
	tcase_add_test(tcase, a_connection_is_kept);
	tcase_add_test(tcase, who_asks_nothing_is_in_nobodys_way);
	tcase_add_test(tcase, nothing_is_left_open);
	tcase_add_test(tcase, idle_it_sleeps);
	tcase_add_test(tcase, sockets);
	return suite_run(suite);
}
