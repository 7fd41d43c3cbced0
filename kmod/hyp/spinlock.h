/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ticket spinlock. EL2 runs with interrupts masked and never sleeps, so there is
 * one flavour. A spinning CPU leaves for the host when EL2 enters dead mode.
 *
 * Lock order: one of vm table, self-test, heap check -> heap -> memory (mm.h). The
 * relay's (psci.c) nests in nothing, and nothing in it. Two leading underscores on a
 * function mean that its caller holds the lock.
 */
#ifndef HYP_SPINLOCK_H
#define HYP_SPINLOCK_H

#include "types.h"

struct hyp_spinlock {
	u16 owner;
	u16 next;
};

/* Implemented per environment: spinlock.c at EL2, the fake environment in native tests. */
void hyp_spin_lock(struct hyp_spinlock *lock);
void hyp_spin_unlock(struct hyp_spinlock *lock);

#endif
