/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Top-up: the host donates pages to EL2's stock. Pages are counted in 4 KiB.
 *
 * A task that tops up is entered in a table without locks for as long as it does,
 * so that the shrinker, called from that task's own allocations, does not take
 * back what is being given.
 */
#ifndef PKVM_KMOD_TOPUP_H
#define PKVM_KMOD_TOPUP_H

#include <linux/types.h>

#include <pkvm/hypercall.h>

/* The most pages that one pkvm_topup() may be asked for: as many as the largest heap has. */
#define PKVM_TOPUP_MAX_PAGES	(PKVM_HEAP_MAX_SIZE >> PKVM_PAGE_SHIFT)

/*
 * The reserve: donates until so many pages (1 to PKVM_TOPUP_MAX_PAGES) have joined
 * the stock, in contiguous blocks while there are any, and what is no whole block of
 * 2 MiB out of the arena. They are the module's own, not charged to the caller.
 * Process context, sleeps, and takes long for many.
 *
 * Returns 0; -EINVAL for a number out of range, -ENOMEM when the host has no more
 * memory to give without killing for it, -EINTR on a fatal signal, -ENOSPC when
 * EL2 takes no more, or its own errno.
 * *ret_done is set in every case: the pages that joined until then. They stay,
 * as far as the shrinker lets them: it may take back some before this returns.
 */
int pkvm_topup(u64 pages, u64 *ret_done);

/*
 * Answers a request: as pkvm_topup(), but charged to the caller's memcg (out of the
 * arena all the same, as far as possible) and credited to the retry, and the pages
 * of a round are allocated before EL2 sees any of them. *ret_credit is set in every
 * case: the pages that joined, whose credit the caller passes on or drops. It may be
 * more than was asked for.
 */
int pkvm_topup_credit(u64 pages, u64 *ret_credit);

/* Whether the current task is topping up. Any context, takes no lock. */
bool pkvm_topup_running(void);

#endif
