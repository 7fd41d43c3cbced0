// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only program of a kernel that kexec has started: tells on the console, in the form
 * that tests/system/run reads there, whether that kernel found EL2 as a firmware would
 * have left it. Then it powers the machine off.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The whole kernel log at once: no kernel of ours has a larger buffer. */
#define LOG_SIZE	(1 << 20)

/* syslog(2) */
#define SYSLOG_READ_ALL	3

static void report(const char *name, const char *failure)
{
	if (failure)
		printf("system-test: FAIL %s %s\n", name, failure);
	else
		printf("system-test: PASS %s\n", name);
}

static bool log_says(const char *text)
{
	char *log = malloc(LOG_SIZE);
	long n = log ? syscall(SYS_syslog, SYSLOG_READ_ALL, log, LOG_SIZE - 1) : -1;
	bool found;

	if (n < 0) {
		free(log);
		return false;
	}
	log[n] = '\0';
	found = strstr(log, text);
	free(log);
	return found;
}

/* "CPU: All CPU(s) started at EL2" of several, "CPU: CPUs started at EL2" of some versions. */
static void check_boot_mode(void)
{
	report("started-at-el2",
	       log_says("started at EL2") ? NULL : "the kernel does not say 'started at EL2'");
}

/* Returns 0 or a negative errno. */
static int load(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return err;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static void check_load(const char *name, const char *path, const char *module)
{
	int err = load(path, "");
	char text[128];

	if (!err)
		err = unload(module);
	snprintf(text, sizeof(text), "%s ended with: %s", path, strerror(-err));
	report(name, err ? text : NULL);
}

int main(void)
{
	mkdir("/dev", 0755);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		return 1;
	if (!freopen("/dev/console", "w", stdout))
		return 1;
	check_boot_mode();
	check_load("stub-answers", "/stubcheck.ko", "stubcheck");
	check_load("pkvm-loads-and-unloads", "/pkvm.ko", "pkvm");
	check_load("stub-answers-again", "/stubcheck.ko", "stubcheck");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
