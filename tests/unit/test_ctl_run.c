// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of pkvmctl but main(), over a client library that does what the test
 * says: what each command asks for, prints where, and ends with.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake/client.h"
#include "fake/ctl_run.h"
#include "run.h"
#include "suite.h"

static void fail_after(int calls, enum pkvm_failure failure, const char *sentence)
{
	fake_module.calls_left = calls;
	fake_module.failure = failure;
	fake_module.sentence = sentence;
}

/* Each command that needs the module, with the calls it makes. */
static const struct {
	const char *line;
	int calls;		/* connecting included */
} commands[] = {
	{ "", 4 },
	{ "status", 4 },
	{ "heap show", 2 },
	{ "heap map", 2 },
	{ "page show 0x1000", 2 },
	{ "page stats", 2 },
	{ "heap check", 2 },
	{ "selftest", 2 },
	{ "topup 1", 2 },
	{ "reclaim 1", 2 },
	{ "reclaim --all", 2 },
	{ "shrinker show", 3 },
	{ "shrinker set seeks=2", 4 },
	{ "vm create", 2 },
	{ "vm list", 2 },
	{ "vm destroy 1", 2 },
	{ "vm destroy --all", 2 },
	{ "metrics", 5 },
	{ "monitor --timeout 1", 2 },
	{ "trace req --timeout 1", 1 },
	{ "trace hist --timeout 1", 1 },
	{ "trace heap --timeout 1", 1 },
	{ "trace events --timeout 1", 1 },
	{ "unload", 2 },
	{ "version", 2 },
};

#define NR_COMMANDS	((int)(sizeof(commands) / sizeof(commands[0])))

static const struct {
	enum pkvm_failure failure;
	int status;
} failures[] = {
	{ PKVM_FAILURE_OTHER, 1 },
	{ PKVM_FAILURE_ABI, 1 },
	{ PKVM_FAILURE_NO_MODULE, 3 },
	{ PKVM_FAILURE_PERMISSION, 4 },
	{ PKVM_FAILURE_EL2, 5 },
};

#define NR_FAILURES	((int)(sizeof(failures) / sizeof(failures[0])))

/* Whichever call fails: nothing on stdout, the kernel's sentence as it is, the exit status. */
START_TEST(every_call_can_fail)
{
	const char *line = commands[_i / NR_FAILURES].line;
	enum pkvm_failure failure = failures[_i % NR_FAILURES].failure;
	char with_json[64];

	/* These have something to say even so; they are tested on their own. */
	if ((!strcmp(line, "version") || !strcmp(line, "metrics")) &&
	    failure == PKVM_FAILURE_NO_MODULE)
		return;
	if (!strncmp(line, "monitor", 7) && failure == PKVM_FAILURE_PERMISSION)
		return;
	snprintf(with_json, sizeof(with_json), "--json %s", line);
	for (int calls = 0; calls < commands[_i / NR_FAILURES].calls; calls++) {
		fail_after(calls, failure, "the kernel's own sentence");
		ck_assert_int_eq(run(calls % 2 ? line : with_json),
				 failures[_i % NR_FAILURES].status);
		ck_assert_str_eq(said.out, "");
		ck_assert_ptr_eq(strstr(said.err, "pkvmctl: the kernel's own sentence\n"),
				 said.err);
	}
}
END_TEST

/* The numbers of calls above are all that each makes. */
START_TEST(every_command_succeeds)
{
	fake_module.topup_room = 1;
	fake_module.reclaimable = 1;
	fail_after(commands[_i].calls, PKVM_FAILURE_OTHER, "one call too many");
	ck_assert_int_eq(run(commands[_i].line), 0);
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(usage)
{
	ck_assert_int_eq(run("heap draw"), 2);
	ck_assert_str_eq(said.out, "");
	ck_assert_str_eq(said.err,
			 "pkvmctl: unknown verb 'draw' of heap; possible: show, map, check\n");
	ck_assert_int_eq(run("--help"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "Usage: pkvmctl"));
	ck_assert_int_eq(run("vm --help"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "--max-vcpus"));
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(output_that_nobody_takes)
{
	const char *argv[] = { "pkvmctl", "--help", NULL };
	FILE *full = fopen("/dev/full", "w"), *err = tmpfile();
	int saved, saved_err, status;

	ck_assert_ptr_nonnull(full);
	fflush(stdout);
	saved = redirect(STDOUT_FILENO, full);
	saved_err = redirect(STDERR_FILENO, err);
	status = ctl_run(2, argv);
	clearerr(stdout);
	restore(STDOUT_FILENO, saved);
	restore(STDERR_FILENO, saved_err);
	slurp(err, said.err, sizeof(said.err));
	ck_assert_int_eq(status, 1);
	ck_assert_str_eq(said.err, "pkvmctl: cannot print: No space left on device\n");
}
END_TEST

START_TEST(status_of_a_dead_el2)
{
	fake_module.info.state = PKVM_STATE_DEAD;
	fake_module.crash.reason = PKVM_PANIC_REASON_BUG;
	strcpy(fake_module.crash.file, "kmod/hyp/heap.c");
	ck_assert_int_eq(run("status"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "kmod/hyp/heap.c"));
	ck_assert_ptr_null(strstr(said.out, "Memory"));

	/* Who may not see addresses: connect, info and shrinker succeed, the record does not. */
	fail_after(3, PKVM_FAILURE_PERMISSION, "not permitted");
	ck_assert_int_eq(run("status"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "dead"));
	ck_assert_ptr_null(strstr(said.out, "Crash record"));
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(version_without_module)
{
	fail_after(0, PKVM_FAILURE_NO_MODULE, "not loaded");
	ck_assert_int_eq(run("version"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "module not loaded"));
	ck_assert_str_eq(said.err, "");
}
END_TEST

/* The daemon tells its own and the kernel's figures; without it there are still the latter. */
START_TEST(metrics_without_daemon)
{
	fake_module.stats.mem.topped_up = 512;
	ck_assert_int_eq(run("metrics"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\npkvm_module_loaded 1\n"));
	ck_assert_ptr_nonnull(strstr(said.out, "\npkvm_topped_up_bytes_total 2097152\n"));
	ck_assert_ptr_nonnull(strstr(said.out, "\n# UNIT pkvm_topped_up_bytes bytes\n"));
	ck_assert_str_eq(said.out + strlen(said.out) - 6, "# EOF\n");
	ck_assert_int_eq(run("metrics --prometheus"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\n# TYPE pkvm_topped_up_bytes_total counter\n"));
	ck_assert_ptr_null(strstr(said.out, "# EOF"));
}
END_TEST

START_TEST(metrics_without_module)
{
	fail_after(0, PKVM_FAILURE_NO_MODULE, "not loaded");
	ck_assert_int_eq(run("metrics"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\npkvm_module_loaded 0\n"));
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(policy_without_daemon)
{
	static const char *const lines[] = { "policy show", "policy set Floor=1M",
					     "policy explain" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_int_eq(run(lines[i]), 6);
		ck_assert_str_eq(said.out, "");
		ck_assert_ptr_nonnull(strstr(said.err, "pkvmctl: the system bus is not there"));
	}
}
END_TEST

START_TEST(top_without_terminal)
{
	ck_assert_int_eq(run("top"), 1);
	ck_assert_str_eq(said.out, "");
	ck_assert_str_eq(said.err, "pkvmctl: top draws on a terminal; for scripts there are "
				   "status, monitor and metrics\n");
}
END_TEST

START_TEST(findings_set_the_status)
{
	fake_module.check.result = PKVM_CHECK_RESULT_LINK;
	ck_assert_int_eq(run("--json heap check"), 1);
	ck_assert_ptr_nonnull(strstr(said.out, "\"link\""));
	fake_module.check.result = PKVM_CHECK_RESULT_BUSY;
	ck_assert_int_eq(run("heap check"), 0);

	fake_module.selftest = (struct pkvm_selftest){ .steps = 3, .passed = 1, .line = 77 };
	ck_assert_int_eq(run("selftest"), 1);
	ck_assert_ptr_nonnull(strstr(said.out, "77"));
	fake_module.selftest.passed = 3;
	ck_assert_int_eq(run("selftest"), 0);
}
END_TEST

START_TEST(topup)
{
	fake_module.topup_room = 100000;
	ck_assert_int_eq(run("topup 128M"), 0);
	ck_assert_str_eq(said.out, "topped up 128 MiB (32768 pages)\n");
	/* No terminal, no steps: one top-up for those who count them. */
	ck_assert_uint_eq(fake_module.nr_topups, 1);
	ck_assert_uint_eq(fake_module.topup_pages[0], 32768);
}
END_TEST

/* A terminal delivers what is written to it when it pleases, and in pieces. */
static void read_until(int master, char *seen, size_t size, const char *wanted)
{
	struct pollfd wait = { .fd = master, .events = POLLIN };
	size_t len = strlen(seen);

	while (!strstr(seen, wanted)) {
		ssize_t n;

		ck_assert_msg(poll(&wait, 1, 5000) == 1, "'%s' is not in '%s'", wanted, seen);
		n = read(master, seen + len, size - 1 - len);
		ck_assert_int_gt(n, 0);
		len += n;
		seen[len] = '\0';
	}
}

/* The master is the test's: once that is gone, the terminal hangs up. */
static void be_top(int master)
{
	const char *argv[] = { "pkvmctl", "top", NULL };
	int fd;

	setsid();
	fd = open(ptsname(master), O_RDWR);
	close(master);
	for (int std = STDIN_FILENO; std <= STDERR_FILENO; std++)
		dup2(fd, std);
	setenv("TERM", "xterm", 1);
	_exit(ctl_run(2, argv));
}

/* Drawn from figures and events; another size is another drawing; q leaves. */
START_TEST(top_on_a_terminal)
{
	const struct pkvm_event event = { PKVM_EVENT_TOPUP, .moved = { .pages = 512 } };
	struct winsize size = { .ws_row = 30, .ws_col = 100 };
	int master = posix_openpt(O_RDWR | O_NOCTTY), status;
	char seen[65536] = "";
	pid_t pid;

	ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
	ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &size), 0);
	fake_module.stats.mem.reclaimable = 512;
	fake_module.events = &event;
	fake_module.nr_events = 1;
	pid = fork();
	if (!pid)
		be_top(master);
	read_until(master, seen, sizeof(seen), "] 2 MiB");
	read_until(master, seen, sizeof(seen), "moved 2 MiB");
	read_until(master, seen, sizeof(seen), "pkvmd     does not run");
	size.ws_col = 50;
	ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &size), 0);
	memset(seen, 0, sizeof(seen));
	/* Only what is different is drawn: the shorter bar's end. */
	read_until(master, seen, sizeof(seen), "] 2 MiB");
	ck_assert_int_eq(write(master, "q", 1), 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	close(master);
}
END_TEST

/* On a terminal a long one moves a bar, step by step; a short one and JSON do not. */
START_TEST(topup_on_a_terminal)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char seen[4096] = "";
	FILE *terminal;

	ck_assert(master >= 0 && !grantpt(master) && !unlockpt(master));
	terminal = fopen(ptsname(master), "r+");
	ck_assert_ptr_nonnull(terminal);
	ck_assert_int_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	fake_module.topup_room = 200000;

	ck_assert_int_eq(run_with_stderr("topup 16M", terminal), 0);
	ck_assert_int_eq(run_with_stderr("-j topup 32M", terminal), 0);
	ck_assert_uint_eq(fake_module.nr_topups, 2);
	ck_assert_int_lt(read(master, seen, sizeof(seen) - 1), 0);

	ck_assert_int_eq(run_with_stderr("topup 40M", terminal), 0);
	ck_assert_str_eq(said.out, "topped up 40 MiB (10240 pages)\n");
	ck_assert_uint_eq(fake_module.nr_topups, 5);
	ck_assert_uint_eq(fake_module.topup_pages[2], 4096);
	ck_assert_uint_eq(fake_module.topup_pages[4], 2048);
	read_until(master, seen, sizeof(seen), "40 %  16 MiB of 40 MiB");
	fclose(terminal);
	close(master);
}
END_TEST

START_TEST(topup_of_whole_host_pages)
{
	fake_module.topup_room = 100;
	fake_module.topup_excess = 3;
	ck_assert_int_eq(run("topup 4K"), 0);
	ck_assert_str_eq(said.out, "topped up 16 KiB (4 pages)\n");
}
END_TEST

START_TEST(topup_falls_short)
{
	fake_module.topup_room = 100;
	fake_module.sentence = "the host has no more memory to give";
	ck_assert_int_eq(run("-j topup 1M"), 1);
	ck_assert_str_eq(said.out, "");
	ck_assert_str_eq(said.err, "pkvmctl: the host has no more memory to give\n"
				   "pkvmctl: topped up only 100 pages\n");

	fake_module.topup_room = 1;
	fake_module.sentence = "";
	ck_assert_int_eq(run("topup 1M"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: topped up only 1 page\n");
}
END_TEST

START_TEST(reclaim)
{
	fake_module.reclaimable = 600000;
	ck_assert_int_eq(run("reclaim 4K"), 0);
	ck_assert_str_eq(said.out, "reclaimed 4 KiB (1 page)\n");
	/* More than one call may ask for. */
	ck_assert_int_eq(run("-j reclaim --all"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\"moved_pages\": 599999"));
	ck_assert_uint_eq(fake_module.reclaimable, 0);
	/* Nothing left is no failure. */
	ck_assert_int_eq(run("reclaim 1M"), 0);
	ck_assert_str_eq(said.out, "reclaimed 0 B (0 pages)\n");
}
END_TEST

START_TEST(reclaim_fails_on_the_way)
{
	fake_module.reclaimable = 600000;
	fail_after(2, PKVM_FAILURE_EL2, "EL2 has stopped");
	ck_assert_int_eq(run("reclaim --all"), 5);
	ck_assert_str_eq(said.out, "");
	ck_assert_str_eq(said.err, "pkvmctl: EL2 has stopped\n"
				   "pkvmctl: reclaimed only 262144 pages\n");
}
END_TEST

START_TEST(shrinker_set)
{
	fake_module.shrinker = (struct pkvm_shrinker){ true, 2, 128, 0 };
	ck_assert_int_eq(run("-j shrinker set enabled=off reserve=4M"), 0);
	ck_assert_uint_eq(fake_module.which, PKVM_SHRINKER_ENABLED | PKVM_SHRINKER_RESERVE);
	ck_assert(!fake_module.shrinker.enabled);
	ck_assert_uint_eq(fake_module.shrinker.reserve, 1024);
	ck_assert_ptr_nonnull(strstr(said.out, "\"enabled\": false"));
	ck_assert_int_eq(run("shrinker set seeks=3 batch=64"), 0);
	ck_assert_uint_eq(fake_module.which, PKVM_SHRINKER_SEEKS | PKVM_SHRINKER_BATCH);
	ck_assert_uint_eq(fake_module.shrinker.seeks, 3);
	ck_assert_uint_eq(fake_module.shrinker.batch, 64);
}
END_TEST

START_TEST(vm_create)
{
	ck_assert_int_eq(run("vm create"), 0);
	ck_assert_str_eq(said.out, "1\n");
	ck_assert_uint_eq(fake_module.config.vcpus, 1);
	ck_assert_uint_eq(fake_module.config.max_vcpus, 1);
	ck_assert(!fake_module.config.bound);

	ck_assert_int_eq(run("vm create --vcpus 4 --count 3"), 0);
	ck_assert_str_eq(said.out, "2\n3\n4\n");
	ck_assert_uint_eq(fake_module.config.vcpus, 4);
	ck_assert_uint_eq(fake_module.config.max_vcpus, 4);

	ck_assert_int_eq(run("vm create --vcpus 0"), 0);
	ck_assert_uint_eq(fake_module.config.vcpus, 0);
	ck_assert_uint_eq(fake_module.config.max_vcpus, 1);

	ck_assert_int_eq(run("vm create --max-vcpus 8"), 0);
	ck_assert_uint_eq(fake_module.config.vcpus, 1);
	ck_assert_uint_eq(fake_module.config.max_vcpus, 8);
}
END_TEST

START_TEST(vm_create_fails_on_the_way)
{
	fail_after(3, PKVM_FAILURE_OTHER, "the host has no memory for a VM");
	ck_assert_int_eq(run("-j vm create --count 5"), 1);
	ck_assert_str_eq(said.out, "");
	ck_assert_str_eq(said.err, "pkvmctl: the host has no memory for a VM\n"
				   "pkvmctl: created before it: 1, 2\n");
}
END_TEST

START_TEST(vm_destroy)
{
	ck_assert_int_eq(run("vm destroy 7 5"), 0);
	ck_assert_str_eq(said.out, "destroyed 2 VMs\n");
	ck_assert_uint_eq(fake_module.nr_destroyed, 2);
	ck_assert_uint_eq(fake_module.destroyed[0], 7);
	ck_assert_uint_eq(fake_module.destroyed[1], 5);

	fake_module.nr_vms = 9;
	ck_assert_int_eq(run("-j vm destroy --all"), 0);
	ck_assert_ptr_nonnull(strstr(said.out, "\"destroyed\": 9"));
}
END_TEST

static const struct pkvm_event two_events[] = {
	{ PKVM_EVENT_TOPUP, .moved = { .pages = 512, .asked = 512 } },
	{ PKVM_EVENT_VM_DESTROY, .vm = { .handle = 3 } },
};

static unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

START_TEST(monitor_counts)
{
	fake_module.events = two_events;
	fake_module.nr_events = 2;
	ck_assert_int_eq(run("monitor --count 2"), 0);
	ck_assert_uint_eq(count_lines(said.out), 2);
	ck_assert_int_eq(run("-j monitor --count 1"), 0);
	ck_assert_uint_eq(count_lines(said.out), 1);
	ck_assert_ptr_nonnull(strstr(said.out, "\"moved_pages\":512"));
	ck_assert_uint_eq(fake_module.monitor_groups, PKVM_MONITOR_EVENTS | PKVM_MONITOR_ADMIN);
}
END_TEST

START_TEST(monitor_times_out)
{
	fake_module.events = two_events;
	fake_module.nr_events = 2;
	ck_assert_int_eq(run("monitor --timeout 1"), 0);
	ck_assert_uint_eq(count_lines(said.out), 2);
	ck_assert_int_eq(run("monitor --timeout 1 --count 3"), 1);
	ck_assert_str_eq(said.err, "pkvmctl: the time was up after 2 of 3 events\n");
}
END_TEST

/* Lost events are told, and the monitor goes on; a module that goes away ends it. */
START_TEST(monitor_loses)
{
	fake_module.events = two_events;
	fake_module.nr_events = 2;
	fake_module.monitor_end = -ENOBUFS;
	ck_assert_int_eq(run("-j monitor --timeout 1"), 0);
	ck_assert_uint_eq(count_lines(said.out), 3);
	ck_assert_ptr_nonnull(strstr(said.out, "\"lost\""));

	fake_module.monitor_end = -ENODEV;
	fake_module.failure = PKVM_FAILURE_NO_MODULE;
	fake_module.sentence = "the module was unloaded";
	ck_assert_int_eq(run("monitor"), 3);
	ck_assert_uint_eq(count_lines(said.out), 2);
	ck_assert_str_eq(said.err, "pkvmctl: the module was unloaded\n");
}
END_TEST

START_TEST(monitor_without_permission)
{
	fail_after(1, PKVM_FAILURE_PERMISSION, "not permitted");
	ck_assert_int_eq(run("monitor --timeout 1"), 0);
	ck_assert_uint_eq(fake_module.monitor_groups, PKVM_MONITOR_EVENTS);
	ck_assert_str_eq(said.err, "");
}
END_TEST

START_TEST(monitor_ends_by_interrupt)
{
	sigset_t set;

	/* Pending before it begins to wait. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGINT);
	ck_assert_int_eq(run("monitor"), 0);
	ck_assert_str_eq(said.err, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_run");
	TCase *tcase = tcase_create("all");

	/* Whatever bus this machine has, no daemon is on ours. */
	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, every_call_can_fail, 0, NR_COMMANDS * NR_FAILURES);
	tcase_add_loop_test(tcase, every_command_succeeds, 0, NR_COMMANDS);
	tcase_add_test(tcase, usage);
	tcase_add_test(tcase, output_that_nobody_takes);
	tcase_add_test(tcase, status_of_a_dead_el2);
	tcase_add_test(tcase, version_without_module);
	tcase_add_test(tcase, metrics_without_daemon);
	tcase_add_test(tcase, metrics_without_module);
	tcase_add_test(tcase, policy_without_daemon);
	tcase_add_test(tcase, top_without_terminal);
	tcase_add_test(tcase, top_on_a_terminal);
	tcase_add_test(tcase, findings_set_the_status);
	tcase_add_test(tcase, topup);
	tcase_add_test(tcase, topup_on_a_terminal);
	tcase_add_test(tcase, topup_of_whole_host_pages);
	tcase_add_test(tcase, topup_falls_short);
	tcase_add_test(tcase, reclaim);
	tcase_add_test(tcase, reclaim_fails_on_the_way);
	tcase_add_test(tcase, shrinker_set);
	tcase_add_test(tcase, vm_create);
	tcase_add_test(tcase, vm_create_fails_on_the_way);
	tcase_add_test(tcase, vm_destroy);
	tcase_add_test(tcase, monitor_counts);
	tcase_add_test(tcase, monitor_times_out);
	tcase_add_test(tcase, monitor_loses);
	tcase_add_test(tcase, monitor_without_permission);
	tcase_add_test(tcase, monitor_ends_by_interrupt);
	return suite_run(suite);
}
