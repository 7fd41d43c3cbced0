// SPDX-License-Identifier: GPL-2.0-only
/* Pages come back from EL2: on demand, and all of them before unload. */
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "account.h"
#include "arena.h"
#include "hcall.h"
#include "memcache.h"
#include "notify.h"
#include "reclaim.h"
#include "stats.h"
#include "trace.h"

/* A call that is at work at EL2 is waited for: so often, and so long each time. 5 s in all. */
#define BUSY_TRIES	500
#define BUSY_PAUSE_MS	10

/* RECLAIM and TEARDOWN answer alike: x2 and x3 are a list that is the host's again. */
static int take_back(enum pkvm_hcall_nr nr, u64 pages, u64 *ret_done)
{
	struct arm_smccc_1_2_regs regs = { .a1 = pages };
	struct pkvm_memcache mc;
	int err;

	*ret_done = 0;
	err = pkvm_hcall(nr, &regs);
	if (err)
		return err;

	mc.head = regs.a2;
	mc.nr_pages = regs.a3;
	*ret_done = mc.nr_pages;
	pkvm_count(PKVM_COUNT_RETURNED, mc.nr_pages);
	pkvm_memcache_free(&mc);
	return 0;
}

int pkvm_reclaim_batch(u64 pages, u64 *ret_done)
{
	return take_back(PKVM_HCALL_RECLAIM, min_t(u64, pages, PKVM_BATCH_PAGES), ret_done);
}

static int reclaim_batches(u64 pages, u64 *done)
{
	u64 batch;
	int err;

	while (*done < pages) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = pkvm_reclaim_batch(pages - *done, &batch);
		if (err)
			return err;
		if (!batch)
			break;
		*done += batch;
		cond_resched();
	}
	return 0;
}

int pkvm_reclaim(u64 pages, u64 *ret_done)
{
	struct pkvm_event ev = { .type = PKVM_EVENT_RECLAIM, .asked = pages };
	u64 start = ktime_get_ns();

	pkvm_arena_drain();
	ev.err = reclaim_batches(pages, &ev.pages);
	ev.duration_ns = ktime_get_ns() - start;
	pkvm_account();
	pkvm_count(PKVM_COUNT_RECLAIMS, 1);
	pkvm_count(PKVM_COUNT_RECLAIMED, ev.pages);
	trace_pkvm_reclaim(&ev);
	pkvm_notify(&ev);
	*ret_done = ev.pages;
	return ev.err;
}

u64 pkvm_reclaimable(void)
{
	struct arm_smccc_1_2_regs regs = {};

	return pkvm_hcall(PKVM_HCALL_RECLAIMABLE, &regs) ? 0 : regs.a2;
}

int pkvm_teardown(void)
{
	unsigned int tries = BUSY_TRIES;
	u64 batch;
	int err;

	for (;;) {
		err = take_back(PKVM_HCALL_TEARDOWN, PKVM_BATCH_PAGES, &batch);
		if (err == -EBUSY && tries--)
			msleep(BUSY_PAUSE_MS);
		else if (err || !batch)
			return err;
		else
			cond_resched();
	}
}
