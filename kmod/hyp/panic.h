/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second class of error at EL2: its own state is corrupt. Never for
 * anything that a host, a guest or a caller can cause.
 */
#ifndef HYP_PANIC_H
#define HYP_PANIC_H

#include "types.h"

/* Fills the crash record, enters dead mode and returns to the host. Does not return to the caller. */
_Noreturn void hyp_panic_at(const char *file, unsigned int line);

#define hyp_panic()	hyp_panic_at(__FILE__, __LINE__)
#define HYP_ASSERT(cond)						\
	do {								\
		if (unlikely(!(cond)))					\
			hyp_panic();					\
	} while (0)

#endif
