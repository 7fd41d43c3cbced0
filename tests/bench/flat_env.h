/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is around a heap under measurement: mm.h, spinlock.h and panic.h over one
 * range of this process that is there from the beginning. Mapping a page is a
 * mark and unmapping clears it, so that what is measured is the heap.
 */
#ifndef BENCH_FLAT_ENV_H
#define BENCH_FLAT_ENV_H

#include "../../kmod/hyp/types.h"

/* Returns the address of a range of PKVM_HEAP_MAX_SIZE bytes; ends the program if there is none. */
u64 flat_env_start(void);

/* Back to nothing mapped, all of it zero. */
void flat_env_reset(void);

/* Mapped pages. */
u64 flat_env_mapped(void);

#endif
