// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Has a page of its own, or the page table behind it, donated to EL2 (modules/trespass.c),
 * and reads the page: SIGBUS is expected. Usage: sigbus page|table.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PARAMETERS	"/sys/module/trespass/parameters/"
/* What a table of the last level translates: the page has one to itself. */
#define TABLE_SPAN	(1UL << 21)
#define PAGE_BYTE	0x5a

static sigjmp_buf before_read;

static void on_sigbus(int signal)
{
	(void)signal;
	siglongjmp(before_read, 1);
}

static int set_parameter(const char *name, const volatile void *address)
{
	char text[32];
	int fd = open(name, O_WRONLY);
	int len = snprintf(text, sizeof(text), "%#lx", (unsigned long)address);

	if (fd < 0 || write(fd, text, len) != len) {
		perror(name);
		return -1;
	}
	return close(fd);
}

static volatile char *map_page(void)
{
	char *area = mmap(NULL, 3 * TABLE_SPAN, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long middle = ((unsigned long)area + 2 * TABLE_SPAN - 1) & ~(TABLE_SPAN - 1);

	if (area == MAP_FAILED)
		return NULL;
	madvise(area, 3 * TABLE_SPAN, MADV_NOHUGEPAGE);
	return (volatile char *)middle;
}

/* Reads; true if that ended in SIGBUS. */
static int faults(volatile char *page)
{
	if (sigsetjmp(before_read, 1))
		return 1;
	printf("read %d\n", *page);
	return 0;
}

/* The page stays EL2's: it must not be freed as if it were ours. It is pinned for good. */
static int read_donated_page(volatile char *page)
{
	if (set_parameter(PARAMETERS "user_page", page) || !faults(page))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static int read_through_donated_table(volatile char *page)
{
	int faulted;

	if (set_parameter(PARAMETERS "user_table", page))
		return EXIT_FAILURE;
	faulted = faults(page);
	if (set_parameter(PARAMETERS "user_table", NULL))
		return EXIT_FAILURE;
	return faulted && *page == PAGE_BYTE ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	volatile char *page = map_page();
	int status;

	if (argc != 2 || !page)
		return EXIT_FAILURE;
	*page = PAGE_BYTE;
	signal(SIGBUS, on_sigbus);
	status = strcmp(argv[1], "table") ? read_donated_page(page) :
		 read_through_donated_table(page);
	if (!status)
		puts("SIGBUS");
	return status;
}
