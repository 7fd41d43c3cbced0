/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks that only notice being taken twice. */
#ifndef FAKE_LINUX_SPINLOCK_H
#define FAKE_LINUX_SPINLOCK_H

#include <assert.h>
#include <stdbool.h>

typedef struct {
	bool held;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name

#define spin_lock_irqsave(lock, flags)		\
	do {					\
		assert(!(lock)->held);		\
		(lock)->held = true;		\
		(flags) = 0;			\
	} while (0)

#define spin_unlock_irqrestore(lock, flags)	\
	do {					\
		assert((lock)->held);		\
		(lock)->held = false;		\
		(void)(flags);			\
	} while (0)

#endif
