/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A spinlock of one task: it may not be taken twice, nor be held while memory is allocated. */
#ifndef FAKE_LINUX_SPINLOCK_H
#define FAKE_LINUX_SPINLOCK_H

#include <linux/types.h>

/* How many are held. */
extern unsigned int fake_spinlocks_held;

typedef struct {
	bool held;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name

static inline void spin_lock(spinlock_t *lock)
{
	assert(!lock->held);
	lock->held = true;
	fake_spinlocks_held++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
	fake_spinlocks_held--;
}

#endif
