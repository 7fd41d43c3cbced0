/* SPDX-License-Identifier: GPL-2.0-only */
/* The shrinker: under global memory pressure the kernel takes back what EL2 does not use. */
#ifndef PKVM_KMOD_SHRINKER_H
#define PKVM_KMOD_SHRINKER_H

#include <linux/types.h>

#include "topup.h"

/*
 * Ranges of the knobs, both ends included. Not 0 for the first two: the kernel
 * divides by seeks, and reads batch 0 as a number of its own.
 */
#define PKVM_SHRINKER_SEEKS_MIN		1
#define PKVM_SHRINKER_SEEKS_MAX		1000
#define PKVM_SHRINKER_BATCH_MIN		1
#define PKVM_SHRINKER_BATCH_MAX		4096
#define PKVM_SHRINKER_RESERVE_MAX	PKVM_TOPUP_MAX_PAGES

struct pkvm_shrinker_knobs {
	bool enabled;
	u32 seeks;	/* cost of getting a page again: the larger, the less is taken */
	u32 batch;	/* pages (4 KiB) that the kernel asks for at a time; seldom for fewer */
	u64 reserve;	/* reclaimable pages (4 KiB) that it leaves at EL2 */
};

/* From when it is registered the shrinker may run on any CPU. Returns 0 or -ENOMEM. */
int pkvm_shrinker_register(void);

/* Returns when no shrinker call is running any more. */
void pkvm_shrinker_unregister(void);

/* Between register and unregister. Process context. */
void pkvm_shrinker_get(struct pkvm_shrinker_knobs *ret);

/* All knobs or, with -ERANGE when one is out of its range, none. Process context. */
int pkvm_shrinker_set(const struct pkvm_shrinker_knobs *knobs);

#endif
