// SPDX-License-Identifier: GPL-2.0-or-later
/* The module as the kernel manages it. */
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TRIES	20
#define WAIT_NS	50000000

uint64_t ctl_module_references(void)
{
	FILE *file = fopen("/sys/module/pkvm/refcnt", "re");
	uint64_t references = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &references) != 1)
		references = 0;
	fclose(file);
	return references;
}

int ctl_module_delete(void)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };

	for (int tries = 1;; tries++) {
		if (!syscall(SYS_delete_module, "pkvm", O_NONBLOCK))
			return 0;
		if (errno != EAGAIN || tries == TRIES)
			return -errno;
		nanosleep(&wait, NULL);
	}
}
