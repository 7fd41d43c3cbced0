// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmctl report: what a report of a bug needs, in one archive. Each file in it is what one
 * command says, its errors and its exit status included, so that what is missing is told; but
 * for addresses: whom it is handed on to is not known.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "cmd.h"
#include "mask.h"
#include "recent.h"
#include "tracefs.h"
#include "until.h"

#define SELF	"/proc/self/exe"

#define MAX_ARGS	10

static const struct section {
	const char *file;
	const char *argv[MAX_ARGS];	/* none: what we say ourselves */
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
	{ .file = "events.txt" },	/* ctl_recent_events() */
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
static void run_command(const char *const argv[], int fd)
{
	int status = ctl_child_run(argv, fd);

	if (status < 0)
		dprintf(fd, "%s: %s\n", argv[0], strerror(-status));
	else if (status)
		dprintf(fd, "exit status %d\n", status);
}

static void copy_masked(FILE *from, FILE *to)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, from) >= 0) {
		ctl_mask_addresses(line);
		fputs(line, to);
	}
	free(line);
}

/* What has been said is masked on its way into the report. */
static int file_section(const struct folder *folder, const struct section *section, FILE *said)
{
	char path[128];
	FILE *file;
	int err;

	path_of(folder, section->file, path, sizeof(path));
	file = fopen(path, "wxe");
	if (!file)
		return -errno;
	rewind(said);
	copy_masked(said, file);
	err = ferror(said) || ferror(file) ? -EIO : 0;
	return fclose(file) && !err ? -errno : err;
}

static int write_section(const struct folder *folder, const struct section *section)
{
	FILE *said = tmpfile();
	int err;

	if (!said)
		return -errno;
	if (section->argv[0])
		run_command(section->argv, fileno(said));
	else
		ctl_recent_events(CTL_TRACEFS, said);
	err = file_section(folder, section, said);
	fclose(said);
	return err;
}

/* An interrupt ends it between two of them. */
static int write_sections(const struct folder *folder, struct ctl_until *until)
{
	int err = 0;

	for (size_t i = 0; !err && i < SECTIONS; i++) {
		err = write_section(folder, &sections[i]);
		if (!err && ctl_until_wait(until, -1, 0) == CTL_WAIT_INTERRUPT)
			err = -EINTR;
	}
	return err;
}

static enum ctl_exit archive(const struct folder *folder, const char *file)
{
	const char *const argv[] = { "tar",         "--create",  "--gzip",     "--file", file,
				     "--directory", folder->top, folder->name, NULL };
	int status = ctl_child_run(argv, -1);

	if (status < 0)
		return ctl_failed("cannot run tar: %s", strerror(-status));
	return status ? ctl_failed("tar ended with status %d", status) : CTL_EXIT_OK;
}

static enum ctl_exit make_report(struct ctl *ctl, struct ctl_until *until)
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
	err = write_sections(&folder, until);
	snprintf(file, sizeof(file), "%s.tar.gz", folder.name);
	status = err ? ctl_failed("cannot write the report: %s", strerror(-err)) :
		       archive(&folder, file);
	remove_folder(&folder);
	if (status == CTL_EXIT_OK)
		fprintf(ctl->out, "%s\n", file);
	return status;
}

/* Interrupted, it leaves nothing behind. */
enum ctl_exit ctl_cmd_report(struct ctl *ctl)
{
	struct ctl_until until;
	enum ctl_exit status;
	int err = ctl_until_begin(&until, 0);

	if (err)
		return ctl_failed("cannot catch signals: %s", strerror(-err));
	status = make_report(ctl, &until);
	ctl_until_end(&until);
	return status;
}
