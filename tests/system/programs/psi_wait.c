// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for memory pressure of the whole machine, and prints when it came: microseconds of
 * the monotonic clock, which the journal has too.
 * Usage: psi_wait STALL_US WINDOW_US SECONDS
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int wait_for(const char *trigger, int seconds)
{
	struct pollfd fd = { .fd = open("/proc/pressure/memory", O_RDWR | O_NONBLOCK),
			     .events = POLLPRI };
	struct timespec ts;

	if (fd.fd < 0 || write(fd.fd, trigger, strlen(trigger) + 1) < 0) {
		perror("psi_wait");
		return EXIT_FAILURE;
	}
	if (poll(&fd, 1, seconds * 1000) != 1 || !(fd.revents & POLLPRI)) {
		fputs("psi_wait: no pressure\n", stderr);
		return EXIT_FAILURE;
	}
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("%lld\n", ts.tv_sec * 1000000LL + ts.tv_nsec / 1000);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	char trigger[64];

	if (argc != 4) {
		fputs("usage: psi_wait STALL_US WINDOW_US SECONDS\n", stderr);
		return EXIT_FAILURE;
	}
	snprintf(trigger, sizeof(trigger), "some %s %s", argv[1], argv[2]);
	return wait_for(trigger, atoi(argv[3]));
}
