/* SPDX-License-Identifier: GPL-2.0-only */
/* The EL2 image brought into memory, with everything that EL2 needs before its first hypercall. */
#ifndef PKVM_KMOD_EL2_IMAGE_H
#define PKVM_KMOD_EL2_IMAGE_H

#include <linux/types.h>

/* All of it is one physically contiguous block, so that EL2 can tell its own pages by a range. */
struct el2_image {
	void *mem;
	size_t size;		/* bytes */
	phys_addr_t entry;	/* where a CPU enters, MMU off, its number in x0 */
};

/*
 * Loads the embedded image, relocates it, and builds boot record, stacks and page
 * tables; all of it is clean to the point of coherency. heap_size in bytes, within
 * PKVM_HEAP_MIN_SIZE to PKVM_HEAP_MAX_SIZE. Process context.
 * Returns 0; -ENOMEM, -ERANGE for memory beyond EL2's addresses, -ENOEXEC for a damaged
 * image, -E2BIG for more RAM ranges than the boot record holds. *image is then untouched.
 */
int el2_image_load(struct el2_image *image, u64 heap_size);

/* Clears and frees it. No CPU runs it any more. */
void el2_image_free(struct el2_image *image);

#endif
