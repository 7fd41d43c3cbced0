// SPDX-License-Identifier: GPL-2.0-only
/*
 * Top-up: allocates pages and donates them to EL2.
 *
 * Not every page that EL2 takes joins the stock: it has metadata and tables only for
 * the RAM that it has pages of, and a page whose own block of RAM has none yet becomes
 * that. So both loops below go on until enough have joined. They end: a page that
 * did not join has covered its block, and there are only so many blocks.
 *
 * A page may also be left, if EL2 lacks a table for its GiB. It is kept and offered
 * again with the next ones, so that the allocator comes up with others.
 */
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>

#include "account.h"
#include "arena.h"
#include "crash.h"
#include "hcall.h"
#include "memcache.h"
#include "notify.h"
#include "stats.h"
#include "topup.h"
#include "trace.h"

/* Tasks that top up at the same time; more have to wait. */
#define MAX_TOPPERS	64

/* The smallest block worth a call of its own. A host page of 64 KiB has as many. */
#define RANGE_MIN_PAGES	16

/* So many pages that EL2 did not take are kept; with more, it takes none at all. */
#define LEFT_MAX_PAGES	512

/* A shortage is an error that the caller hears of: no OOM killer, no warning. */
#define GFP_TOPUP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * Who tops up. An entry is claimed by cmpxchg and compared to current, never
 * followed: the shrinker reads the table without a lock. The semaphore is taken
 * by toppers only; it keeps them from outnumbering the entries.
 */
static struct task_struct *toppers[MAX_TOPPERS];
static struct semaphore topper_slots = __SEMAPHORE_INITIALIZER(topper_slots, MAX_TOPPERS);

static int topper_enter(unsigned int *ret_slot)
{
	unsigned int i = 0;

	if (down_killable(&topper_slots))
		return -EINTR;
	/* A slot is free, though perhaps one that this scan has just passed. */
	while (cmpxchg(&toppers[i], NULL, current))
		i = (i + 1) % MAX_TOPPERS;
	*ret_slot = i;
	return 0;
}

static void topper_leave(unsigned int slot)
{
	smp_store_release(&toppers[slot], NULL);
	up(&topper_slots);
}

bool pkvm_topup_running(void)
{
	unsigned int i;

	for (i = 0; i < MAX_TOPPERS; i++) {
		if (READ_ONCE(toppers[i]) == current)
			return true;
	}
	return false;
}

/*
 * TOPUP_LIST and TOPUP_RANGE answer alike. Counts what EL2 took of nr pages, adds
 * what joined the stock, and returns in regs->a2 and a3 what is still the host's.
 * A call in which EL2 died may have rewritten the pages: then nothing is.
 */
static int donate(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs, u64 *joined)
{
	u64 pa = regs->a1, given = regs->a2;
	int err = pkvm_hcall(nr, regs);

	if (!err) {
		*joined += regs->a4;
	} else {
		regs->a2 = pa;
		regs->a3 = err == -EIO ? 0 : given;
	}
	pkvm_count(PKVM_COUNT_DONATED, given - regs->a3);
	pkvm_count(nr == PKVM_HCALL_TOPUP_RANGE ? PKVM_COUNT_TOPUP_RANGE : PKVM_COUNT_TOPUP_LIST,
		   given - regs->a3);
	return err;
}

/* Donates one batch of mc; what was not taken of it moves to *left. */
static int donate_batch(struct pkvm_memcache *mc, struct pkvm_memcache *left, u64 flags,
			u64 *joined)
{
	struct arm_smccc_1_2_regs regs = { .a3 = flags };
	struct pkvm_memcache batch;
	int err;

	pkvm_memcache_split(mc, PKVM_BATCH_PAGES, &batch);
	regs.a1 = batch.head;
	regs.a2 = batch.nr_pages;
	err = donate(PKVM_HCALL_TOPUP_LIST, &regs, joined);
	batch.head = regs.a2;
	batch.nr_pages = regs.a3;
	pkvm_memcache_move(&batch, left);
	return err;
}

/*
 * Allocates so many pages, all of them before EL2 sees the first, and donates them with
 * those in mc, where what it did not take is afterwards.
 */
static int donate_list(struct pkvm_memcache *mc, u64 pages, gfp_t gfp, u64 flags, u64 *joined)
{
	struct pkvm_memcache left = PKVM_MEMCACHE_INIT;
	int err;

	err = pkvm_memcache_fill(mc, mc->nr_pages + pages, gfp);
	if (err)
		pkvm_count(PKVM_COUNT_ALLOC_FAILURES, 1);
	while (!err && mc->nr_pages) {
		err = donate_batch(mc, &left, flags, joined);
		cond_resched();
	}
	pkvm_memcache_move(&left, mc);
	return err ?: mc->nr_pages > LEFT_MAX_PAGES ? -ENOSPC : 0;
}

/* -ENOMEM when there is no such range to be had, or none that EL2 takes. */
static int donate_range(u64 pa, u64 pages, u64 *joined)
{
	struct arm_smccc_1_2_regs regs = { .a1 = pa, .a2 = pages };
	int err;

	if (pa == PKVM_LIST_END)
		return -ENOMEM;
	err = donate(PKVM_HCALL_TOPUP_RANGE, &regs, joined);
	pkvm_range_free(regs.a2, regs.a3);
	return err ?: regs.a3 == pages ? -ENOMEM : 0;
}

/* What is no whole block of 2 MiB comes out of the arena. As above. */
static int donate_cut(u64 pages, bool fill, u64 *joined)
{
	u64 pa;

	if (fill)
		pkvm_arena_fill(GFP_KERNEL);
	pa = pkvm_range_cut(&pages);
	return donate_range(pa, pages, joined);
}

static int donate_block(u64 pages, u64 *joined)
{
	return donate_range(pkvm_range_alloc(pages, GFP_KERNEL), pages, joined);
}

/*
 * One call's worth of the pages that lack: a block of 2 MiB, or what the arena has, or a
 * smaller block, or single pages. *limit is the largest block that may be to be had.
 */
static int donate_some(u64 lack, u64 *limit, u64 *joined, struct pkvm_memcache *mc)
{
	u64 block = min_t(u64, rounddown_pow_of_two(lack), *limit);
	int err = -ENOMEM;

	if (block < PKVM_RANGE_PAGES)
		err = donate_cut(min_t(u64, lack, PKVM_RANGE_PAGES), *limit == PKVM_RANGE_PAGES,
				 joined);
	if (err != -ENOMEM)
		return err;
	if (block < RANGE_MIN_PAGES)
		return donate_list(mc, min_t(u64, lack, PKVM_BATCH_PAGES), GFP_TOPUP, 0, joined);
	err = donate_block(block, joined);
	if (err != -ENOMEM)
		return err;
	*limit = block / 2;
	return 0;
}

static int topup_reserve(u64 pages, u64 *joined, struct pkvm_memcache *mc)
{
	u64 limit = PKVM_RANGE_PAGES;
	int err = 0;

	while (!err && *joined < pages) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		err = donate_some(pages - *joined, &limit, joined, mc);
	}
	return err;
}

static int topup_request(u64 pages, u64 *joined, struct pkvm_memcache *mc)
{
	int err = 0;

	while (!err && *joined < pages) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = donate_list(mc, pages - *joined, GFP_TOPUP | __GFP_ACCOUNT,
				  PKVM_TOPUP_CREDIT, joined);
	}
	return err;
}

/* Runs one of the two above as a topper; what came of it is in *ev. */
static void run(int (*topup)(u64 pages, u64 *joined, struct pkvm_memcache *mc),
		struct pkvm_event *ev)
{
	struct pkvm_memcache mc = PKVM_MEMCACHE_INIT;
	u64 start = ktime_get_ns();
	unsigned int slot;

	ev->err = topper_enter(&slot);
	if (!ev->err) {
		ev->err = topup(ev->asked, &ev->pages, &mc);
		pkvm_memcache_free(&mc);
		topper_leave(slot);
	}
	ev->duration_ns = ktime_get_ns() - start;
	pkvm_account();
	if (ev->err)
		pkvm_count(PKVM_COUNT_TOPUP_FAILURES, 1);
	trace_pkvm_topup(ev, topup == topup_request);
}

int pkvm_topup(u64 pages, u64 *ret_done)
{
	struct pkvm_event ev = { .type = PKVM_EVENT_TOPUP, .asked = pages };

	*ret_done = 0;
	if (!pages || pages > PKVM_TOPUP_MAX_PAGES)
		return -EINVAL;
	/* Whoever tries this on a dead EL2 loses no pages to it. */
	if (pkvm_is_dead())
		return -EIO;

	run(topup_reserve, &ev);
	pkvm_notify(&ev);
	*ret_done = ev.pages;
	return ev.err;
}

int pkvm_topup_credit(u64 pages, u64 *ret_credit)
{
	struct pkvm_event ev = { .type = PKVM_EVENT_TOPUP, .asked = pages };

	run(topup_request, &ev);
	*ret_credit = ev.pages;
	return ev.err;
}
