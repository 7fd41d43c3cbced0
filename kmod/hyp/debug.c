// SPDX-License-Identifier: GPL-2.0-only
/* Panics on purpose, for tests of dead mode; in debug images only. */
#ifdef CONFIG_HYP_DEBUG
#include <pkvm/hypercall.h>
#include <pkvm/image.h>

#include "errno.h"
#include "hcall.h"
#include "init.h"
#include "panic.h"
#include "string.h"

/* Never returns: each level of recursion takes a frame, until the guard page is hit. */
static u64 overflow_stack(u64 depth)
{
	volatile u64 frame[16];

	frame[depth % 16] = depth;
	return overflow_stack(depth + 1) + frame[depth % 16];
}

/* Overwrites the header in front of a live allocation, as a stray write would. */
static int corrupt_header(struct hcall *call)
{
	void *victim;
	int ret = heap_alloc(&main_heap, 64, &call->ask, &victim);

	if (ret)
		return ret;
	memset((u8 *)victim - 16, 0x5a, 8);
	return 0;
}

int hcall_debug_panic(struct hcall *call)
{
	switch (call->arg[1]) {
	case PKVM_DEBUG_BUG:
		hyp_panic();
	case PKVM_DEBUG_NULL:
		return *(volatile int *)8;
	case PKVM_DEBUG_TEXT_WRITE:
		*(volatile u64 *)&image_header = 0;
		return 0;
	case PKVM_DEBUG_STACK:
		return overflow_stack(0);
	case PKVM_DEBUG_BUG_LOCKED:
		hyp_spin_lock(&main_heap.lock);
		hyp_spin_lock(&mm_lock);
		hyp_panic();
	case PKVM_DEBUG_CORRUPT:
		return corrupt_header(call);
	default:
		return -HYP_EINVAL;
	}
}
#endif
