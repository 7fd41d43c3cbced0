// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmctl report: what a report of a bug needs, in one archive. Each file in it is what one
 * command says, its errors and its exit status included, so that what is missing is told.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cmd.h"

#define SELF	"/proc/self/exe"

/* Of the tracepoints those that tell no address. */
#define EVENTS	": (pkvm_(hyp_req|topup|reclaim|shrink|vm)|hyp_(request|heap|pages|vm|vcpu|lost)[a-z_]*): "

#define MAX_ARGS	10

static const struct section {
	const char *file;
	const char *argv[MAX_ARGS];
} sections[] = {
	{ "version.txt", { SELF, "version" } },
	{ "doctor.txt", { SELF, "doctor" } },
	{ "status.json", { SELF, "--json", "status" } },
	{ "heap.json", { SELF, "--json", "heap", "show" } },
	{ "heap-map.json", { SELF, "--json", "heap", "map" } },
	{ "heap-check.txt", { SELF, "heap", "check" } },
	{ "page-stats.json", { SELF, "--json", "page", "stats" } },
	{ "shrinker.json", { SELF, "--json", "shrinker", "show" } },
	{ "vms.json", { SELF, "--json", "vm", "list" } },
	{ "requests.json", { SELF, "--json", "trace", "hist", "--service" } },
	{ "policy.json", { SELF, "--json", "policy", "show" } },
	{ "decisions.txt", { SELF, "policy", "explain", "--count", "1000" } },
	{ "config.txt", { "pkvmd", "--print-config" } },
	{ "parameters.txt", { "grep", "-r", "", "/sys/module/pkvm/parameters" } },
	{ "kernel.txt", { "uname", "-a" } },
	{ "cmdline.txt", { "cat", "/proc/cmdline" } },
	{ "memory.txt", { "cat", "/proc/meminfo", "/proc/pressure/memory" } },
	{ "kernel-log.txt", { "journalctl", "--no-pager", "--lines=1000", "--dmesg",
			      "--grep=pkvm" } },
	{ "journal.txt", { "journalctl", "--no-pager", "--lines=1000", "--unit=pkvmd.service",
			   "--unit=pkvmd-probe.service" } },
	{ "events.txt", { "grep", "-E", EVENTS, "/sys/kernel/tracing/trace" } },
};

#define SECTIONS	(sizeof(sections) / sizeof(sections[0]))

/* Where the files are put together: a directory of our own, and one in it that is archived. */
struct folder {
	char top[32];
	char name[48];
};

static int open_folder(struct folder *folder)
{
	time_t now = time(NULL);
	char path[96];
	struct tm tm;

	strcpy(folder->top, "/tmp/pkvm-report-XXXXXX");
	localtime_r(&now, &tm);
	strftime(folder->name, sizeof(folder->name), "pkvm-report-%Y%m%d-%H%M%S", &tm);
	if (!mkdtemp(folder->top))
		return -errno;
	snprintf(path, sizeof(path), "%s/%s", folder->top, folder->name);
	if (!mkdir(path, 0700))
		return 0;
	rmdir(folder->top);
	return -EIO;
}

static void path_of(const struct folder *folder, const char *file, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s/%s", folder->top, folder->name, file);
}

static void remove_folder(const struct folder *folder)
{
	char path[128];

	for (size_t i = 0; i < SECTIONS; i++) {
		path_of(folder, sections[i].file, path, sizeof(path));
		unlink(path);
	}
	path_of(folder, "", path, sizeof(path));
	rmdir(path);
	rmdir(folder->top);
}

/* What the command says, and how it ended unless it succeeded. */
static int write_section(const struct folder *folder, const struct section *section)
{
	char path[128];
	int fd, status;

	path_of(folder, section->file, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	status = ctl_child_run(section->argv, fd);
	if (status < 0)
		dprintf(fd, "%s: %s\n", section->argv[0], strerror(-status));
	else if (status)
		dprintf(fd, "exit status %d\n", status);
	return close(fd) ? -errno : 0;
}

static int write_sections(const struct folder *folder)
{
	int err = 0;

	for (size_t i = 0; !err && i < SECTIONS; i++)
		err = write_section(folder, &sections[i]);
	return err;
}

static enum ctl_exit archive(const struct folder *folder, const char *file)
{
	const char *const argv[] = { "tar",  "--create",   "--gzip",     "--file",
				     file,   "--directory", folder->top, folder->name,
				     NULL };
	int status = ctl_child_run(argv, -1);

	if (status < 0)
		return ctl_failed("cannot run tar: %s", strerror(-status));
	return status ? ctl_failed("tar ended with status %d", status) : CTL_EXIT_OK;
}

enum ctl_exit ctl_cmd_report(struct ctl *ctl)
{
	enum ctl_exit status;
	struct folder folder;
	char file[64];
	int err;

	/* The archive is for its owner to hand on. */
	umask(077);
	err = open_folder(&folder);
	if (err)
		return ctl_failed("cannot make a directory in /tmp: %s", strerror(-err));
	err = write_sections(&folder);
	snprintf(file, sizeof(file), "%s.tar.gz", folder.name);
	status = err ? ctl_failed("cannot write the report: %s", strerror(-err)) :
		       archive(&folder, file);
	remove_folder(&folder);
	if (status == CTL_EXIT_OK)
		fprintf(ctl->out, "%s\n", file);
	return status;
}
