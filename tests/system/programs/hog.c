// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uses exactly so much memory, and ends once it has had all of it.
 * Usage: hog KIB. A pipe into tail(1) would do but for the short reads, each of which it keeps
 * in a buffer of its own: it takes up to a quarter more than what went through it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int use(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE), at;
	char *memory;

	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("hog");
		return EXIT_FAILURE;
	}
	for (at = 0; at < bytes; at += page)
		memory[at] = 1;
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	unsigned long kib = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (!kib) {
		fputs("usage: hog KIB\n", stderr);
		return EXIT_FAILURE;
	}
	return use(kib * 1024);
}
