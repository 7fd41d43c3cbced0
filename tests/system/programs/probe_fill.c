// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the maps that pkvmd-probe has pinned in the directory named as full as they are when it
 * has run for long: of VMs and processes that are gone.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../../daemon/probe/maps.h"

/* Of VMs that no test gets as far as to create. */
#define FIRST_HANDLE	0x40000000

static int open_map(const char *dir, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return fd;
}

static int fill_vms(const char *dir)
{
	const struct hyp_req_sum sum = { .calls = 1 };
	int fd = open_map(dir, "hyp_req_vms"), err = fd < 0;

	for (uint32_t i = 0; !err && i < HYP_REQ_MAX_VMS; i++) {
		const uint32_t handle = FIRST_HANDLE + i;

		err = bpf_map_update_elem(fd, &handle, &sum, BPF_ANY);
	}
	close(fd);
	return err;
}

static int fill_tasks(const char *dir)
{
	const struct hyp_req_sum sum = { .calls = 1 };
	struct hyp_req_task task = { .comm = "long gone" };
	int fd = open_map(dir, "hyp_req_tasks"), err = fd < 0;

	for (uint32_t i = 0; !err && i < HYP_REQ_MAX_TASKS; i++) {
		task.pid = FIRST_HANDLE + i;
		err = bpf_map_update_elem(fd, &task, &sum, BPF_ANY);
	}
	close(fd);
	return err;
}

int main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: probe_fill DIRECTORY\n", stderr);
		return 1;
	}
	return fill_vms(argv[1]) || fill_tasks(argv[1]);
}
