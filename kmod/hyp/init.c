// SPDX-License-Identifier: GPL-2.0-only
/* Start of the portable part of EL2. */
#include "init.h"

#include "errno.h"
#include "mm.h"
#include "ram.h"
#include "scrub.h"
#include "selftest.h"
#include "vm.h"

struct hyp_heap main_heap;

static bool heap_size_valid(u64 size)
{
	return IS_ALIGNED(size, HYP_PAGE_SIZE) && size >= PKVM_HEAP_MIN_SIZE &&
	       size <= PKVM_HEAP_MAX_SIZE;
}

int hyp_init(const struct pkvm_boot *boot)
{
	int err = heap_size_valid(boot->heap_size) ? ram_init(boot) : -HYP_EINVAL;

	if (err)
		return err;
	mm_init(boot);
	scrub_init(boot);
	heap_init(&main_heap, boot->va_base + PKVM_VA_HEAP, boot->heap_size, boot->heap_key);
	selftest_init(boot);
	vm_init();
	return 0;
}
