/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A semaphore that nobody waits for: one task. */
#ifndef FAKE_LINUX_SEMAPHORE_H
#define FAKE_LINUX_SEMAPHORE_H

#include <linux/sched.h>

struct semaphore {
	int count;
};

#define __SEMAPHORE_INITIALIZER(name, n)	{ .count = n }

static inline int down_killable(struct semaphore *sem)
{
	if (current->killed)
		return -EINTR;
	sem->count--;
	assert(sem->count >= 0);
	return 0;
}

static inline void up(struct semaphore *sem)
{
	sem->count++;
}

#endif
