// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd as a whole, under sanitizers: manager, bus and metrics in one loop, on a bus of the test's
 * own, with callers and scrapers in processes of their own, over a kernel that is fake.
 */
#define _GNU_SOURCE
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../daemon/pkvmd/bus.h"
#include "../../daemon/pkvmd/http.h"
#include "../../daemon/pkvmd/manager.h"
#include "fake/bus.h"
#include "fake/netlink.h"

#define NAME		"org.pkvm1"
#define PATH		"/org/pkvm1"
#define INTERFACE	"org.pkvm1.Manager"
#define ROUNDS		100	/* of calls and scrapes */

static char root[] = "/tmp/pkvmd_daemon.XXXXXX";
static char pressure_file[64];
static const struct manager_paths paths = {
	.config_root = root,
	.state_directory = root,
	.pressure_file = pressure_file,
	.cgroup_root = root,
	.meminfo_file = "/proc/meminfo",
	.probe_directory = "/nonexistent",
};
static struct manager *manager;
static struct bus *bus;
static struct http *http;
static struct fake_polkit polkit;
static struct sockaddr_un address;	/* where metrics are */
static socklen_t address_size = sizeof(address);

/* What the caller has read last, by HTTP and on the bus. */
static char scraped[262144], by_bus[262144];

static void run(void (*caller)(sd_bus *bus))
{
	fake_caller_run(manager->event, caller, true);
}

static void settle(void)
{
	int n;

	do {
		n = sd_event_run(manager->event, 1000);
		ck_assert_int_ge(n, 0);
	} while (n);
}

static void serve_metrics(void)
{
	const struct sockaddr any = { .sa_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, &any, sizeof(any.sa_family)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &address_size), 0);
	ck_assert_int_eq(http_new_on(manager, &fd, 1, &http), 0);
}

static void start(void)
{
	ck_assert_int_eq(manager_new(&paths, false, &manager), 0);
	ck_assert_int_eq(bus_new(manager, &bus), 0);
	serve_metrics();
	memset(&polkit, 0, sizeof(polkit));
	polkit.answer = FAKE_YES;
	fake_polkit_start(&polkit, manager->event);
	settle();
}

static void stop(void)
{
	fake_polkit_stop(&polkit);
	http_free(http);
	bus_free(bus);
	manager_free(manager);
	ck_assert_uint_eq(fake_netlink_sockets(), 0);
}

/* Pressure is a pipe's: a trigger can be set, and never fires. */
static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(pressure_file, sizeof(pressure_file), "%s/memory", root);
	ck_assert_int_eq(mkfifo(pressure_file, 0600), 0);
	fake_bus_prepare();
	fake_bus_start();
	start();
}

static void teardown(void)
{
	char command[64];

	stop();
	fake_bus_remove();
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

/*
 * What callers do
 */

static bool state_is(sd_bus *caller, const char *state)
{
	char *text = NULL;
	bool same;

	while (sd_bus_get_property_string(caller, NAME, PATH, INTERFACE, "State", NULL, &text) < 0)
		usleep(10000);
	same = !strcmp(text, state);
	free(text);
	return same;
}

static void sees_waiting(sd_bus *caller)
{
	MUST(state_is(caller, "waiting"));
}

static void sees_live(sd_bus *caller)
{
	MUST(state_is(caller, "live"));
}

static uint64_t move(sd_bus *caller, const char *method, uint64_t pages)
{
	sd_bus_message *reply = NULL;
	const char *remark;
	uint64_t moved;

	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, method, NULL, &reply, "t", pages) >=
	     0);
	MUST(sd_bus_message_read(reply, "ts", &moved, &remark) > 0);
	sd_bus_message_unref(reply);
	return moved;
}

static void scrape(char *text, size_t size)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t used = 0;
	ssize_t n;

	MUST(!connect(fd, (struct sockaddr *)&address, address_size));
	MUST(write(fd, request, sizeof(request) - 1) == sizeof(request) - 1);
	while ((n = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(fd);
	MUST(used > 6 && !strcmp(text + used - 6, "# EOF\n"));
}

static void get_metrics(sd_bus *caller, char *text, size_t size)
{
	sd_bus_message *reply = NULL;
	const char *metrics;

	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "GetMetrics", NULL, &reply, "s",
				"openmetrics") >= 0);
	MUST(sd_bus_message_read(reply, "s", &metrics) > 0);
	snprintf(text, size, "%s", metrics);
	sd_bus_message_unref(reply);
}

/* Two ways to one text. */
static void reads_metrics(sd_bus *caller)
{
	char *body;

	get_metrics(caller, by_bus, sizeof(by_bus));
	scrape(scraped, sizeof(scraped));
	body = strstr(scraped, "\r\n\r\n");
	MUST(body && !strcmp(body + 4, by_bus));
	MUST(strstr(by_bus, "\npkvmd_state{state=\"live\"} 1\n"));
}

static void does_a_lot(sd_bus *caller)
{
	for (int i = 0; i < ROUNDS; i++) {
		MUST(move(caller, "TopUp", 700) == 700);
		MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ExplainLastDecision", NULL,
					NULL, NULL) >= 0);
		MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ListDecisions", NULL, NULL,
					"u", 64) >= 0);
		scrape(scraped, sizeof(scraped));
		MUST(move(caller, "Reclaim", 700) == 700);
	}
}

static void asks_for_much(sd_bus *caller)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;

	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "TopUp", &error, NULL, "t",
				UINT64_C(0)) < 0);
	MUST(sd_bus_error_has_name(&error, SD_BUS_ERROR_INVALID_ARGS));
	/* The module goes after some batches: what was moved till then is the answer. */
	MUST(move(caller, "TopUp", 100000) == 1024);
}

static void reloads(sd_bus *caller)
{
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "SetPolicy", NULL, NULL, "a{ss}", 2,
				"Floor", "3M", "DryRun", "yes") >= 0);
	MUST(sd_bus_call_method(caller, NAME, PATH, INTERFACE, "ReloadConfig", NULL, NULL, NULL) >=
	     0);
}

/*
 * Tests
 */

START_TEST(is_found_and_lost)
{
	run(sees_waiting);
	for (int i = 0; i < 3; i++) {
		fake_module_load();
		run(sees_live);
		settle();
		run(reads_metrics);
		fake_module_unload();
		settle();
		run(sees_waiting);
	}
}
END_TEST

START_TEST(much_is_done)
{
	fake_module_load();
	settle();
	run(does_a_lot);
	settle();
	run(reads_metrics);
	ck_assert_uint_eq(manager->counters.actions[POLICY_TOPUP][REASON_REQUESTED], ROUNDS);
	ck_assert_uint_eq(manager->counters.actions[POLICY_RECLAIM][REASON_REQUESTED], ROUNDS);
}
END_TEST

START_TEST(module_goes_in_the_midst)
{
	fake_module_load();
	settle();
	fake_module.gone_after = 2;
	run(asks_for_much);
	run(sees_waiting);
}
END_TEST

START_TEST(configuration_comes_and_goes)
{
	fake_module_load();
	settle();
	run(reloads);
	ck_assert_uint_eq(manager->config.value[CONFIG_DRY_RUN], 0);
	ck_assert_uint_eq(manager->config.value[CONFIG_FLOOR], 256);
	raise(SIGHUP);
	settle();
	ck_assert_uint_eq(manager->counters.reloads, 2);
	run(reads_metrics);
}
END_TEST

/* The bus goes, EL2 is supplied nevertheless, and the metrics are there. */
static void scrapes(sd_bus *caller)
{
	(void)caller;
	scrape(scraped, sizeof(scraped));
}

START_TEST(bus_goes_and_comes)
{
	fake_module_load();
	settle();
	fake_polkit_stop(&polkit);
	fake_bus_stop();
	settle();
	fake_module_use(100);
	settle();
	ck_assert_uint_ge(fake_module.stats.mem.reclaimable, 192);
	fake_bus_start();
	fake_polkit_start(&polkit, manager->event);
	run(sees_live);
	run(scrapes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_daemon");
	TCase *tcase = tcase_create("daemon");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, is_found_and_lost);
	tcase_add_test(tcase, much_is_done);
	tcase_add_test(tcase, module_goes_in_the_midst);
	tcase_add_test(tcase, configuration_comes_and_goes);
	tcase_add_test(tcase, bus_goes_and_comes);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
