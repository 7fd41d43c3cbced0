// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long locks are held: in debug images only, whose linker lets all that lock and unlock come
 * by here first (Kbuild.include).
 */
#ifdef CONFIG_HYP_DEBUG
#include "lock_time.h"

#include "arch.h"
#include "panic.h"
#include "spinlock.h"

/* As many as the image has, and one. */
#define LOCKS	8

/* A lock has an entry for good from when it is first taken; times are its holder's to write. */
static struct entry {
	const struct hyp_spinlock *lock;
	u64 since;
	u64 longest;
} entries[LOCKS];

void __real_hyp_spin_lock(struct hyp_spinlock *lock);
void __real_hyp_spin_unlock(struct hyp_spinlock *lock);
void __wrap_hyp_spin_lock(struct hyp_spinlock *lock);
void __wrap_hyp_spin_unlock(struct hyp_spinlock *lock);

static struct entry *find_entry(const struct hyp_spinlock *lock)
{
	for (struct entry *entry = entries; entry < entries + LOCKS; entry++) {
		const struct hyp_spinlock *claimed = NULL;

		if (__atomic_compare_exchange_n(&entry->lock, &claimed, lock, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    claimed == lock)
			return entry;
	}
	hyp_panic();
}

void __wrap_hyp_spin_lock(struct hyp_spinlock *lock)
{
	__real_hyp_spin_lock(lock);
	find_entry(lock)->since = arch_counter();
}

void __wrap_hyp_spin_unlock(struct hyp_spinlock *lock)
{
	struct entry *entry = find_entry(lock);
	u64 held = arch_counter() - entry->since;

	if (held > entry->longest)
		WRITE_ONCE(entry->longest, held);
	__real_hyp_spin_unlock(lock);
}

u64 lock_time_longest(void)
{
	u64 longest = 0;

	for (unsigned int i = 0; i < LOCKS; i++) {
		u64 held = READ_ONCE(entries[i].longest);

		longest = held > longest ? held : longest;
	}
	return longest;
}
#endif
