// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has BPF programs on the module's tracepoints: found by their descriptors in /proc. */
#include "holders.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"

struct search {
	struct probe_holder *holders;
	size_t n;
};

/* The number that a directory entry is named by, or -1. */
static int number_of(const struct dirent *entry)
{
	char *end;
	long number = strtol(entry->d_name, &end, 10);

	return *end || end == entry->d_name ? -1 : (int)number;
}

/* Other tracers' programs are on perf events, raw tracepoints' are on links. */
static bool may_have_program(int pid, int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return !strcmp(target, "anon_inode:[perf_event]") ||
	       !strcmp(target, "anon_inode:bpf_link");
}

/* Returns 1 if a BPF program runs there on a tracepoint of ours, 0 if not, or -EPERM. */
static int holds(int pid, int fd)
{
	char tracepoint[128] = "";
	uint32_t len = sizeof(tracepoint), program, type;
	__u64 offset, address;

	if (!may_have_program(pid, fd))
		return 0;
	/* One without a program, or that has just been closed, is an error too. */
	if (bpf_task_fd_query(pid, fd, 0, tracepoint, &len, &program, &type, &offset, &address))
		return errno == EPERM ? -EPERM : 0;
	return (type == BPF_FD_TYPE_TRACEPOINT || type == BPF_FD_TYPE_RAW_TRACEPOINT) &&
	       probe_is_tracepoint(tracepoint);
}

/* Returns the number of programs, or -EPERM. */
static int count_programs(int pid)
{
	char path[64];
	struct dirent *entry;
	int n = 0;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	if (!fds)
		return errno == EACCES ? -EPERM : 0;
	while (n >= 0 && (entry = readdir(fds))) {
		int fd = number_of(entry);
		int found = fd < 0 ? 0 : holds(pid, fd);

		n = found < 0 ? found : n + found;
	}
	closedir(fds);
	return n;
}

static void read_comm(int pid, char comm[16])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	comm[0] = '\0';
	if (!file)
		return;
	if (fgets(comm, 16, file))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
}

static int add(struct search *search, int pid, int programs)
{
	struct probe_holder *holders =
		reallocarray(search->holders, search->n + 1, sizeof(*holders));

	if (!holders)
		return -ENOMEM;
	search->holders = holders;
	holders[search->n] = (struct probe_holder){ (uint32_t)pid, (uint32_t)programs, "" };
	read_comm(pid, holders[search->n].comm);
	search->n++;
	return 0;
}

int probe_find_holders(struct probe_holder **ret, size_t *ret_n)
{
	struct search search = { 0 };
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		int pid = number_of(entry);
		int programs = pid < 0 ? 0 : count_programs(pid);

		if (programs < 0)
			err = programs;
		else if (programs)
			err = add(&search, pid, programs);
	}
	closedir(proc);
	if (err) {
		free(search.holders);
		return err;
	}
	*ret = search.holders;
	*ret_n = search.n;
	return 0;
}
