// SPDX-License-Identifier: GPL-2.0-only
/* Ticket spinlock over exclusive loads and stores, for the EL2 image. */
#include "panic.h"
#include "spinlock.h"

/* An exclusive load arms the monitor: WFE then wakes when the lock's owner changes. */
static u16 load_owner_exclusive(const struct hyp_spinlock *lock)
{
	u32 owner;

	asm volatile("ldaxrh %w0, %1" : "=r" (owner) : "Q" (lock->owner) : "memory");
	return owner;
}

void hyp_spin_lock(struct hyp_spinlock *lock)
{
	u16 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (load_owner_exclusive(lock) != ticket) {
		/* Whoever holds the lock may be dead; hyp_panic() sends an event. */
		hyp_check_dead();
		asm volatile("wfe" : : : "memory");
	}
}

void hyp_spin_unlock(struct hyp_spinlock *lock)
{
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
}
