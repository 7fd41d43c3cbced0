/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The little kernel that native tests of kmod/ run in: 16 MiB of memory with a page
 * allocator that counts references and can be told to fail, one task and a clock.
 * Anything out of bounds or freed twice aborts the test.
 */
#ifndef FAKE_KERNEL_ENV_H
#define FAKE_KERNEL_ENV_H

#include <linux/mm.h>
#include <linux/sched.h>

#define FAKE_RAM_BASE	UINT64_C(0x40000000)
#define FAKE_RAM_SIZE	(UINT64_C(16) << 20)

/* Starts over: all memory free, host pages of that shift, nothing fails, no signal. */
void fake_kernel_init(unsigned int page_shift);

/* The nth single-page allocation from now fails (1: the next), and those after it. */
void fake_fail_page(unsigned int nth);

/* Allocations of a higher order fail. */
void fake_limit_order(unsigned int order);

/* From now on a single page is never the one freed last, which it otherwise is if still free. */
void fake_forget_freed(void);

/* Another task's doings: called once, while the next allocation is under way. */
void fake_meanwhile(void (*task)(void));

/* Host pages with a reference. */
unsigned long fake_pages_in_use(void);

/* The references on all of them. */
unsigned long fake_refs(void);

/* Flags of the last allocation. */
gfp_t fake_last_gfp(void);

#endif
