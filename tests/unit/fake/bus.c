// SPDX-License-Identifier: GPL-2.0-or-later
/* A bus of the test's own, with callers and a polkit on it. */
#include "bus.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY	65534

static struct {
	char folder[64];
	pid_t pid;
} daemon_;

/* Like the system bus, but that everyone may own and do everything: polkit is what is tested. */
static const char config[] =
	"<busconfig>\n"
	" <listen>unix:path=%s/bus</listen>\n"
	" <auth>EXTERNAL</auth>\n"
	" <policy context=\"default\">\n"
	"  <allow user=\"*\"/>\n"
	"  <%s own=\"*\"/>\n"
	"  <allow send_destination=\"*\"/>\n"
	"  <allow receive_sender=\"*\"/>\n"
	" </policy>\n"
	"</busconfig>\n";

static void path_of(const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s", daemon_.folder, name);
}

static void write_config(const char *own)
{
	char path[96];
	FILE *file;

	path_of("config", path, sizeof(path));
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, config, daemon_.folder, own);
	fclose(file);
}

void fake_bus_let_own(bool allowed)
{
	write_config(allowed ? "allow" : "deny");
	if (daemon_.pid)
		kill(daemon_.pid, SIGHUP);
}

void fake_bus_prepare(void)
{
	char path[96], address[128];

	strcpy(daemon_.folder, "/tmp/pkvmd-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(daemon_.folder));
	ck_assert_int_eq(chmod(daemon_.folder, 0755), 0);
	write_config("allow");
	path_of("bus", path, sizeof(path));
	snprintf(address, sizeof(address), "unix:path=%s", path);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
}

/* Returns when it listens: it prints its address then. */
void fake_bus_start(void)
{
	char path[96], option[128], byte;
	int fds[2];

	path_of("config", path, sizeof(path));
	snprintf(option, sizeof(option), "--config-file=%s", path);
	ck_assert_int_eq(pipe(fds), 0);
	daemon_.pid = fork();
	if (!daemon_.pid) {
		dup2(fds[1], STDOUT_FILENO);
		/* It complains of limits that only root could raise. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--nopidfile",
		       "--print-address", NULL);
		_exit(127);
	}
	close(fds[1]);
	ck_assert_msg(read(fds[0], &byte, 1) == 1, "dbus-daemon does not start");
	close(fds[0]);
}

void fake_bus_stop(void)
{
	char path[96];

	if (!daemon_.pid)
		return;
	kill(daemon_.pid, SIGKILL);
	waitpid(daemon_.pid, NULL, 0);
	daemon_.pid = 0;
	path_of("bus", path, sizeof(path));
	unlink(path);
}

void fake_bus_remove(void)
{
	char path[96];

	fake_bus_stop();
	path_of("config", path, sizeof(path));
	unlink(path);
	rmdir(daemon_.folder);
}

/* Not by a vtable, which would keep it from answering nonsense. */
static int on_call(sd_bus_message *call, void *arg, sd_bus_error *error)
{
	struct fake_polkit *polkit = arg;
	const char *kind, *key, *name, *action, *cancel;
	int read;

	if (!sd_bus_message_is_method_call(call, "org.freedesktop.PolicyKit1.Authority",
					   "CheckAuthorization"))
		return 0;
	read = sd_bus_message_read(call, "(sa{sv})sa{ss}us", &kind, 1, &key, "s", &name, &action, 0,
				   &polkit->flags, &cancel);
	ck_assert_int_gt(read, 0);
	ck_assert_str_eq(kind, "system-bus-name");
	ck_assert_str_eq(key, "name");
	ck_assert_int_eq(*name, ':');
	snprintf(polkit->action, sizeof(polkit->action), "%s", action);
	polkit->asked++;
	if (polkit->answer == FAKE_ERROR)
		return sd_bus_error_set(error, "org.freedesktop.PolicyKit1.Error.Failed",
					"polkit is out of order");
	if (polkit->answer == FAKE_NONSENSE)
		return sd_bus_reply_method_return(call, "s", "yes");
	return sd_bus_reply_method_return(call, "(bba{ss})", polkit->answer == FAKE_YES,
					  polkit->answer == FAKE_CHALLENGE, 0);
}

void fake_polkit_start(struct fake_polkit *polkit, sd_event *event)
{
	ck_assert_int_ge(sd_bus_open_system(&polkit->bus), 0);
	ck_assert_int_ge(sd_bus_add_object(polkit->bus, NULL,
					   "/org/freedesktop/PolicyKit1/Authority", on_call,
					   polkit), 0);
	ck_assert_int_ge(sd_bus_request_name(polkit->bus, "org.freedesktop.PolicyKit1", 0), 0);
	ck_assert_int_ge(sd_bus_attach_event(polkit->bus, event, 0), 0);
}

void fake_polkit_stop(struct fake_polkit *polkit)
{
	sd_bus_detach_event(polkit->bus);
	polkit->bus = sd_bus_flush_close_unref(polkit->bus);
}

struct caller {
	void (*call)(sd_bus *bus);
	bool as_nobody;
};

static void be_caller(const void *arg)
{
	const struct caller *caller = arg;
	sd_bus *bus;

	if (caller->as_nobody && !geteuid())
		MUST(!setgid(NOBODY) && !setuid(NOBODY));
	MUST(sd_bus_open_system(&bus) >= 0);
	caller->call(bus);
	sd_bus_flush_close_unref(bus);
}

void fake_caller_run(sd_event *event, void (*call)(sd_bus *bus), bool as_nobody)
{
	const struct caller caller = { call, as_nobody };

	child_run(event, be_caller, &caller);
}
