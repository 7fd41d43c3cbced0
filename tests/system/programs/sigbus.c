// SPDX-License-Identifier: GPL-2.0-or-later
/* Has a page of its own donated to EL2 (modules/trespass.c), and reads it: SIGBUS is expected. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PARAMETER	"/sys/module/trespass/parameters/user_page"

static sigjmp_buf before_read;

static void on_sigbus(int signal)
{
	(void)signal;
	siglongjmp(before_read, 1);
}

static int donate(const void *page)
{
	char text[32];
	int fd = open(PARAMETER, O_WRONLY);
	int len = snprintf(text, sizeof(text), "%p", page);

	if (fd < 0 || write(fd, text, len) != len) {
		perror(PARAMETER);
		return -1;
	}
	return close(fd);
}

int main(void)
{
	volatile char *page = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return EXIT_FAILURE;
	*page = 1;
	if (donate((const void *)page))
		return EXIT_FAILURE;
	signal(SIGBUS, on_sigbus);
	if (!sigsetjmp(before_read, 1)) {
		printf("read %d\n", *page);
		return EXIT_FAILURE;
	}
	puts("SIGBUS");
	/* The page is EL2's: it must not be freed as if it were ours. It stays pinned. */
	return EXIT_SUCCESS;
}
