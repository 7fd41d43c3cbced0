// SPDX-License-Identifier: GPL-2.0-only
/* Panics on purpose, for tests of dead mode; in debug images only. */
#ifdef CONFIG_HYP_DEBUG
#include <pkvm/hypercall.h>
#include <pkvm/image.h>

#include "errno.h"
#include "hcall.h"
#include "init.h"
#include "panic.h"
#include "psci.h"
#include "string.h"
#include "workaround.h"

/* Pushes until the guard page is hit. */
static _Noreturn void overflow_stack(void)
{
	asm volatile("1: str xzr, [sp, #-16]!\n"
		     "b 1b" : : : "memory");
	__builtin_unreachable();
}

/* A pointer that the compiler cannot see through. */
static void store(u64 va)
{
	asm volatile("str xzr, [%0]" : : "r" (va) : "memory");
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
		store(0);
		return 0;
	case PKVM_DEBUG_TEXT_WRITE:
		store((u64)&image_header);
		return 0;
	case PKVM_DEBUG_STACK:
		overflow_stack();
	case PKVM_DEBUG_BUG_LOCKED:
		hyp_spin_lock(&main_heap.lock);
		hyp_spin_lock(&mm_lock);
		hyp_panic();
	case PKVM_DEBUG_CORRUPT:
		return corrupt_header(call);
	case PKVM_DEBUG_LOSE_STATE:
		psci_debug_lose_state(true);
		return 0;
	case PKVM_DEBUG_KEEP_STATE:
		psci_debug_lose_state(false);
		return 0;
	case PKVM_DEBUG_ERRATA:
		workaround_debug_all();
		return 0;
	default:
		return -HYP_EINVAL;
	}
}
#endif
