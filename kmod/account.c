// SPDX-License-Identifier: GPL-2.0-only
/*
 * NR_KERNEL_MISC_RECLAIMABLE follows what EL2 says is reclaimable, and what the arena holds.
 * EL2 does not know NUMA nodes: all of it is told of the first one.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/spinlock.h>

#include <pkvm/hypercall.h>

#include "account.h"
#include "arena.h"
#include "reclaim.h"

/* Held for the asking as well, so that an old answer does not come last; nests in nothing. */
static DEFINE_SPINLOCK(account_lock);
static long accounted;	/* host pages */

static void set_accounted(long pages)
{
	mod_node_page_state(NODE_DATA(first_online_node), NR_KERNEL_MISC_RECLAIMABLE,
			    pages - accounted);
	accounted = pages;
}

void pkvm_account(void)
{
	unsigned long flags;

	spin_lock_irqsave(&account_lock, flags);
	set_accounted((pkvm_reclaimable() + pkvm_arena_held()) >> (PAGE_SHIFT - PKVM_PAGE_SHIFT));
	spin_unlock_irqrestore(&account_lock, flags);
}

void pkvm_account_end(void)
{
	unsigned long flags;

	spin_lock_irqsave(&account_lock, flags);
	set_accounted(0);
	spin_unlock_irqrestore(&account_lock, flags);
}
