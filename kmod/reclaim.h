/* SPDX-License-Identifier: GPL-2.0-only */
/* Reclaim: pages come back from EL2. Pages are counted in 4 KiB. */
#ifndef PKVM_KMOD_RECLAIM_H
#define PKVM_KMOD_RECLAIM_H

#include <linux/types.h>

/*
 * Takes back up to so many pages, in bounded batches with reschedules between. What the
 * arena holds, which EL2 never had, is freed first and not counted.
 * Process context. Returns 0, also when EL2 had fewer than asked for (or none),
 * -EINTR on a fatal signal, or what pkvm_hcall() returned. *ret_done is set in
 * every case: the pages that came back.
 */
int pkvm_reclaim(u64 pages, u64 *ret_done);

/* Pages that EL2 could give back now; 0 when it is dead. Any context. */
u64 pkvm_reclaimable(void);

/*
 * One batch: at most PKVM_BATCH_PAGES pages are taken back and freed, with no
 * event. For the shrinker: allocates nothing, takes no lock. *ret_done as above.
 */
int pkvm_reclaim_batch(u64 pages, u64 *ret_done);

/*
 * Before unload or a restart, when no VM is left: takes back every page that was ever
 * topped up. EL2 answers little else afterwards. Process context, not interruptible: waits
 * some seconds for calls of others that are at work at EL2. Returns 0; -EBUSY if that was
 * not enough, or a VM lives; or what pkvm_hcall() returned. Pages that then are still
 * missing: pkvm_pages_out() in stats.h.
 */
int pkvm_teardown(void);

#endif
