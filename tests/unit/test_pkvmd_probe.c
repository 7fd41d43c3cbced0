// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How pkvmd's manager finds out that pkvmd-probe comes and goes, by the files of a real
 * directory, and what it then says: to its observers, and to systemd on a real socket.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../daemon/pkvmd/manager.h"
#include "fake/netlink.h"
#include "fake/probe.h"

#define ROUND_US	1000	/* to wait for what is to come in a round of the loop */
#define NOT_STARTED	"pkvmd-probe.service does not run"
#define NO_MODULE	"the pkvm module is not loaded"

static char root[] = "/tmp/pkvmd_probe.XXXXXX";
static char pin_dir[64], pin[80], notify[64];
static struct manager_paths paths = { .config_root = root, .probe_directory = pin_dir };
static struct manager *manager;
static unsigned int changes;
static int systemd;		/* the other end of sd_notify() */
static char status[1024];	/* the last that systemd was told */

static void on_changed(void *arg)
{
	(void)arg;
	changes++;
}

static struct manager_observer observer = { .changed = on_changed };

static void open_notify_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", notify);
	systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(systemd, 0);
	ck_assert_int_eq(bind(systemd, (struct sockaddr *)&address, sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", notify, 1);
}

static void hear_systemd(void)
{
	char text[1024];
	ssize_t n;

	while ((n = recv(systemd, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		if (!strncmp(text, "STATUS=", 7))
			snprintf(status, sizeof(status), "%s", text + 7);
	}
}

/* Rounds of the loop until nothing is left to do at once. */
static void settle(void)
{
	int n;

	do {
		n = sd_event_run(manager->event, ROUND_US);
		ck_assert_int_ge(n, 0);
		hear_systemd();
	} while (n);
}

/* What the probe does, seen from here; all its maps come at once. */
static void pin_maps(void)
{
	fake_probe.pinned = true;
	ck_assert_int_eq(close(creat(pin, 0600)), 0);
	ck_assert_int_eq(chmod(pin, 0640), 0);
}

static void unpin_maps(void)
{
	fake_probe.pinned = false;
	ck_assert_int_eq(unlink(pin), 0);
}

static void start(void)
{
	ck_assert_int_eq(manager_new(&paths, false, &manager), 0);
	manager_observe(manager, &observer);
	settle();
	changes = 0;
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(pin_dir, sizeof(pin_dir), "%s/pins", root);
	snprintf(pin, sizeof(pin), "%s/hyp_req_kinds", pin_dir);
	snprintf(notify, sizeof(notify), "%s/notify", root);
	ck_assert_int_eq(mkdir(pin_dir, 0750), 0);
	open_notify_socket();
	fake_probe.pin_dir = pin_dir;
	fake_module_load();
}

static void teardown(void)
{
	manager_unobserve(manager, &observer);
	manager_free(manager);
	ck_assert_int_eq(fake_probe.open_maps, 0);
	close(systemd);
	unlink(notify);
	unlink(pin);
	rmdir(pin_dir);
	ck_assert_int_eq(rmdir(root), 0);
}

static void no_probe(const char *reason)
{
	ck_assert(!manager->probe_running);
	ck_assert_str_eq(manager->probe_reason.text, reason);
}

START_TEST(comes_and_goes)
{
	start();
	no_probe(NOT_STARTED);
	ck_assert_str_eq(status, "Supplying EL2; no probe: " NOT_STARTED);
	for (unsigned int i = 0; i < 3; i++) {
		pin_maps();
		settle();
		ck_assert(manager->probe_running);
		ck_assert_str_eq(manager->probe_reason.text, "");
		ck_assert_str_eq(status, "Supplying EL2");
		/* Once for all that was seen of it. */
		ck_assert_uint_eq(changes, 2 * i + 1);
		unpin_maps();
		settle();
		no_probe(NOT_STARTED);
		ck_assert_str_eq(status, "Supplying EL2; no probe: " NOT_STARTED);
		ck_assert_uint_eq(changes, 2 * i + 2);
	}
}
END_TEST

START_TEST(was_there_before)
{
	pin_maps();
	start();
	ck_assert(manager->probe_running);
	ck_assert_str_eq(status, "Supplying EL2");
}
END_TEST

/* The reason follows the module, with what else is told of it. */
START_TEST(without_the_module)
{
	fake_module_unload();
	start();
	no_probe(NO_MODULE);
	fake_module_load();
	settle();
	no_probe(NOT_STARTED);
	ck_assert_str_eq(status, "Supplying EL2; no probe: " NOT_STARTED);
	fake_module_unload();
	settle();
	no_probe(NO_MODULE);
	ck_assert_str_eq(status, "Waiting for the pkvm module to be loaded; no probe: " NO_MODULE);
}
END_TEST

/* What cannot be read is told as it is, and looked at again when it changes. */
START_TEST(cannot_be_read)
{
	fake_probe.error = -EPROTO;
	fake_probe.sentence = "the maps are of another release";
	start();
	no_probe("the maps are of another release");
	ck_assert_str_eq(status, "Supplying EL2; no probe: the maps are of another release");
	pin_maps();
	settle();
	ck_assert(manager->probe_running);
}
END_TEST

/* A file that is none of the probe's tells nothing new. */
START_TEST(nothing_new)
{
	start();
	ck_assert_int_eq(close(creat(pin, 0600)), 0);
	ck_assert_int_eq(chmod(pin, 0640), 0);
	settle();
	no_probe(NOT_STARTED);
	ck_assert_uint_eq(changes, 0);
}
END_TEST

START_TEST(no_directory)
{
	ck_assert_int_eq(rmdir(pin_dir), 0);
	start();
	no_probe("there was no " PROBE_PIN_DIR " when pkvmd began: pkvmd-probe is not installed, "
		 "or no BPF file system is mounted");
	ck_assert_int_eq(manager->state, MANAGER_LIVE);
	ck_assert_int_eq(mkdir(pin_dir, 0750), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pkvmd_probe");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, comes_and_goes);
	tcase_add_test(tcase, was_there_before);
	tcase_add_test(tcase, without_the_module);
	tcase_add_test(tcase, cannot_be_read);
	tcase_add_test(tcase, nothing_new);
	tcase_add_test(tcase, no_directory);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
