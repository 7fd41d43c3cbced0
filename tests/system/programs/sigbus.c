// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Touches a page after it has been donated to EL2 (modules/trespass.c), and says what came of
 * it; the exit status tells whether that is what has to.
 * Usage: sigbus page|table|mapped|remote|direct-out|direct-in
 *
 *	page	a page of its own
 *	table	a page of its own, of which the page table was donated
 *	mapped	the page of modules/routes.c, mapped before that is donated: touched by the
 *		program, by the kernel for it, and by a module that has pinned it
 *	remote	that page, by process_vm_readv()
 *	direct-out, direct-in	that page, by direct I/O of a disk that the CPU copies to and from
 */
#define _GNU_SOURCE	/* process_vm_readv(), O_DIRECT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRESPASS "/sys/module/trespass/parameters/"
#define ROUTES "/sys/module/routes/parameters/"
#define ROUTES_DEVICE "/dev/routes"
#define RAM_DISK "/dev/ram0"
#define PAGE_BYTE 0x5a
#define COPY_SIZE 8 /* bytes that the kernel is asked to copy */

static sigjmp_buf before_touch;

static void on_sigbus(int signal)
{
	(void)signal;
	siglongjmp(before_touch, 1);
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

static unsigned long page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* What a table of the last level translates: an entry has 8 bytes. The page has one to itself. */
static volatile char *map_page(void)
{
	unsigned long span = page_size() / 8 * page_size();
	char *area = mmap(NULL, 3 * span, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long middle = ((unsigned long)area + 2 * span - 1) & ~(span - 1);

	if (area == MAP_FAILED)
		return NULL;
	madvise(area, 3 * span, MADV_NOHUGEPAGE);
	return (volatile char *)middle;
}

static void read_page(volatile char *page)
{
	(void)*page;
}

static void write_page(volatile char *page)
{
	*page = 0;
}

/* No code of ours is there: without a fault it would end in another signal, if at all. */
static void run_page(volatile char *page)
{
	((void (*)(void))(unsigned long)page)();
}

/* Touches the page; true if that ended in SIGBUS. */
static int faults(void (*touch)(volatile char *page), volatile char *page)
{
	if (sigsetjmp(before_touch, 1))
		return 1;
	touch(page);
	fputs("the page was touched, without a fault\n", stderr);
	return 0;
}

/* The page stays EL2's: it must not be freed as if it were ours. It is pinned for good. */
static int read_donated_page(volatile char *page)
{
	if (set_parameter(TRESPASS "user_page", page) || !faults(read_page, page))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static int read_through_donated_table(volatile char *page)
{
	int faulted;

	if (set_parameter(TRESPASS "user_table", page))
		return EXIT_FAILURE;
	faulted = faults(read_page, page);
	if (set_parameter(TRESPASS "user_table", NULL))
		return EXIT_FAILURE;
	return faulted && *page == PAGE_BYTE ? EXIT_SUCCESS : EXIT_FAILURE;
}

static volatile char *map_routes(void)
{
	int fd = open(ROUTES_DEVICE, O_RDWR);
	void *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED) {
		perror(ROUTES_DEVICE);
		return NULL;
	}
	return page;
}

/* The kernel copies from and to the page on behalf of the program. */
static int copies_get_efault(volatile char *page)
{
	char bytes[COPY_SIZE] = "";
	int ends[2];

	if (pipe(ends))
		return 0;
	if (write(ends[1], (void *)page, COPY_SIZE) >= 0 || errno != EFAULT) {
		fputs("the kernel copied from the page\n", stderr);
		return 0;
	}
	if (write(ends[1], bytes, COPY_SIZE) != COPY_SIZE)
		return 0;
	if (read(ends[0], (void *)page, COPY_SIZE) >= 0 || errno != EFAULT) {
		fputs("the kernel copied to the page\n", stderr);
		return 0;
	}
	return 1;
}

/* What came of the pin is to be read where it was asked for. */
static int touch_mapped(void)
{
	volatile char *page = map_routes();

	if (!page)
		return EXIT_FAILURE;
	*page = PAGE_BYTE;
	if (set_parameter(TRESPASS "donate", page) || !faults(read_page, page) ||
	    !faults(write_page, page) || !faults(run_page, page) || !copies_get_efault(page) ||
	    set_parameter(ROUTES "pinned", page))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static void copy_remotely(void)
{
	char bytes[COPY_SIZE];
	struct iovec local = { bytes, COPY_SIZE }, remote = { (void *)map_routes(), COPY_SIZE };
	ssize_t ret = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

	if (ret < 0)
		perror("process_vm_readv");
	else
		fprintf(stderr, "process_vm_readv: %zd\n", ret);
}

static void move_directly(ssize_t (*move)(int fd, void *page, size_t size))
{
	int fd = open(RAM_DISK, O_RDWR | O_DIRECT);
	ssize_t ret = move(fd, (void *)map_routes(), page_size());

	if (ret < 0)
		perror(RAM_DISK);
	else
		fprintf(stderr, "direct I/O: %zd\n", ret);
}

static ssize_t write_out(int fd, void *page, size_t size)
{
	return write(fd, page, size);
}

static void direct_out(void)
{
	move_directly(write_out);
}

static void direct_in(void)
{
	move_directly(read);
}

/* There the kernel takes its own address of the page, to which nothing can happen: an oops. */
static int ends(void (*touch)(void))
{
	int status;

	if (!fork()) {
		touch();
		_exit(EXIT_SUCCESS);
	}
	if (wait(&status) < 0 || !WIFSIGNALED(status))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static int touch_own(int (*touch)(volatile char *page))
{
	volatile char *page = map_page();

	if (!page)
		return EXIT_FAILURE;
	*page = PAGE_BYTE;
	return touch(page);
}

int main(int argc, char **argv)
{
	const char *mode = argc == 2 ? argv[1] : "";

	signal(SIGBUS, on_sigbus);
	if (!strcmp(mode, "page"))
		return touch_own(read_donated_page);
	if (!strcmp(mode, "table"))
		return touch_own(read_through_donated_table);
	if (!strcmp(mode, "mapped"))
		return touch_mapped();
	if (!strcmp(mode, "remote"))
		return ends(copy_remotely);
	if (!strcmp(mode, "direct-out"))
		return ends(direct_out);
	if (!strcmp(mode, "direct-in"))
		return ends(direct_in);
	fputs("usage: sigbus page|table|mapped|remote|direct-out|direct-in\n", stderr);
	return EXIT_FAILURE;
}
