// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Creates a VM as a member of a cgroup that this process joins just for that, so that the
 * kernel charges the cgroup with the pages of the hyp requests and hardly anything else.
 * Usage: vm_create_in CGROUP VCPUS. Prints "ERRNO SENTENCE" of the kernel's answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/pkvm.h>

#include "nl.h"

/* Opens the file by which processes join the cgroup. */
static int open_cgroup(const char *cgroup)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		perror(path);
	return fd;
}

static int join(int cgroup)
{
	return write(cgroup, "0", 1) == 1 ? 0 : -errno;
}

static int create_vm(int sock, int family, uint32_t vcpus, struct nl_answer *ret)
{
	const struct nl_request request = {
		.family = family,
		.cmd = PKVM_CMD_VM_CREATE,
		.attrs = {
			{ .type = PKVM_A_VM_MAX_VCPUS, .len = 4, .value = vcpus },
			{ .type = PKVM_A_VM_VCPUS, .len = 4, .value = vcpus },
		},
	};

	return nl_ask(sock, &request, NULL, NULL, ret);
}

int main(int argc, char *argv[])
{
	int home, away, sock, family, err;
	struct nl_answer answer;

	if (argc != 3) {
		fprintf(stderr, "Usage: vm_create_in CGROUP VCPUS\n");
		return 2;
	}
	home = open_cgroup("/sys/fs/cgroup");
	away = open_cgroup(argv[1]);
	sock = nl_open();
	family = sock < 0 ? sock : nl_family(sock, PKVM_FAMILY_NAME);
	if (home < 0 || away < 0 || family < 0)
		return 1;
	/* A page fault in a cgroup that has reached its limit would kill this process. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
		perror("mlockall");
		return 1;
	}
	err = join(away);
	if (!err)
		err = create_vm(sock, family, strtoul(argv[2], NULL, 10), &answer);
	if (join(home) || err)
		return 1;
	printf("%d %s\n", -answer.err, answer.sentence);
	return 0;
}
