/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second class of error at EL2: its own state is corrupt. Never for
 * anything that a host, a guest or a caller can cause.
 */
#ifndef HYP_PANIC_H
#define HYP_PANIC_H

#include "types.h"

/*
 * Fills the crash record, enters dead mode and ends the running hypercall with
 * -EIO. A panic while EL2 is dead already leaves the first record as it is.
 */
_Noreturn void hyp_panic_at(const char *file, unsigned int line);

/* Enters dead mode without a record: this CPU gives EL2 up, and returns. */
void hyp_retire(void);

/* Whether EL2 is in dead mode: hypercalls are refused and locks are never to be had again. */
bool hyp_is_dead(void);

/* Ends the running hypercall with -EIO if EL2 is dead; every spin loop calls it. */
void hyp_check_dead(void);

#define hyp_panic()	hyp_panic_at(__FILE__, __LINE__)
#define HYP_ASSERT(cond)						\
	do {								\
		if (unlikely(!(cond)))					\
			hyp_panic();					\
	} while (0)

#endif
