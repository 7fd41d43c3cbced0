// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shrinker. It is called from within memory allocations of any task and from
 * kswapd: it allocates nothing, takes no lock that is held elsewhere for long, and
 * what it tells goes through the notification ring.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "account.h"
#include "arena.h"
#include "compat.h"
#include "notify.h"
#include "reclaim.h"
#include "shrinker.h"
#include "stats.h"
#include "trace.h"

#define SHRINKER_NAME	"pkvm"

static struct shrinker *shrinker;

/*
 * seeks and batch live in the shrinker itself. Written under the mutex, one at a
 * time: a scan that runs meanwhile sees each knob old or new.
 */
static DEFINE_MUTEX(knobs_lock);
static bool enabled;
static u64 reserve;

/* The pages that may be taken back from EL2 now. */
static u64 shrinkable_at_el2(void)
{
	u64 pages, keep = READ_ONCE(reserve);

	if (!READ_ONCE(enabled))
		return 0;
	pages = pkvm_reclaimable();
	return pages > keep ? pages - keep : 0;
}

/* What the arena holds is no reserve: nothing of it is at EL2. */
static u64 shrinkable_here(void)
{
	return READ_ONCE(enabled) ? pkvm_arena_held() : 0;
}

static unsigned long count_objects(struct shrinker *unused, struct shrink_control *sc)
{
	return shrinkable_here() + shrinkable_at_el2();
}

/* Looks again before each batch: others take pages too. */
static int shrink(u64 pages, u64 *done)
{
	u64 want, batch;
	int err;

	while (*done < pages) {
		want = min_t(u64, pages - *done, shrinkable_at_el2());
		if (!want)
			break;
		err = pkvm_reclaim_batch(want, &batch);
		if (err)
			return err;
		if (!batch)
			break;
		*done += batch;
		cond_resched();
	}
	return 0;
}

static unsigned long scan_objects(struct shrinker *unused, struct shrink_control *sc)
{
	struct pkvm_event ev = { .type = PKVM_EVENT_SHRINK, .asked = sc->nr_to_scan };
	u64 start = ktime_get_ns(), here;

	if (pkvm_topup_running()) {
		pkvm_count(PKVM_COUNT_SHRINK_BACKOFFS, 1);
		return SHRINK_STOP;
	}
	here = pkvm_arena_shrink(min_t(u64, ev.asked, shrinkable_here()));
	if (here < ev.asked)
		ev.err = shrink(ev.asked - here, &ev.pages);
	ev.duration_ns = ktime_get_ns() - start;
	pkvm_account();
	pkvm_count(PKVM_COUNT_SHRINKS, 1);
	pkvm_count(PKVM_COUNT_SHRUNK, ev.pages);
	trace_pkvm_shrink(&ev);
	if (ev.pages)
		pkvm_notify(&ev);
	return here + ev.pages ?: SHRINK_STOP;
}

int pkvm_shrinker_register(void)
{
	int err;

	shrinker = pkvm_compat_shrinker_alloc(SHRINKER_NAME);
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count_objects;
	shrinker->scan_objects = scan_objects;
	shrinker->seeks = DEFAULT_SEEKS;
	shrinker->batch = PKVM_BATCH_PAGES;
	enabled = true;
	err = pkvm_compat_shrinker_register(shrinker, SHRINKER_NAME);
	if (err)
		pkvm_compat_shrinker_free(shrinker);
	return err;
}

void pkvm_shrinker_unregister(void)
{
	pkvm_compat_shrinker_free(shrinker);
}

void pkvm_shrinker_get(struct pkvm_shrinker_knobs *ret)
{
	mutex_lock(&knobs_lock);
	ret->enabled = enabled;
	ret->seeks = shrinker->seeks;
	ret->batch = shrinker->batch;
	ret->reserve = reserve;
	mutex_unlock(&knobs_lock);
}

int pkvm_shrinker_set(const struct pkvm_shrinker_knobs *knobs)
{
	if (knobs->seeks < PKVM_SHRINKER_SEEKS_MIN || knobs->seeks > PKVM_SHRINKER_SEEKS_MAX ||
	    knobs->batch < PKVM_SHRINKER_BATCH_MIN || knobs->batch > PKVM_SHRINKER_BATCH_MAX ||
	    knobs->reserve > PKVM_SHRINKER_RESERVE_MAX)
		return -ERANGE;

	mutex_lock(&knobs_lock);
	WRITE_ONCE(reserve, knobs->reserve);
	WRITE_ONCE(shrinker->seeks, knobs->seeks);
	WRITE_ONCE(shrinker->batch, knobs->batch);
	WRITE_ONCE(enabled, knobs->enabled);
	mutex_unlock(&knobs_lock);
	return 0;
}
