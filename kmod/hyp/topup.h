/* SPDX-License-Identifier: GPL-2.0-only */
/* Top-up: pages that the host donates, checked and taken. */
#ifndef HYP_TOPUP_H
#define HYP_TOPUP_H

#include "types.h"

/* What has become of a top-up without an error. */
struct topup {
	u64 joined;		/* pages that the stock has gained */
	u64 taken;		/* these, and those that went to vmemmap and tables */
	phys_addr_t left;	/* what was not taken: a list, or for a range the first page */
	u64 nr_left;
};

/*
 * Takes the pages of a list, nr or those for which the host's stage-2 can be split.
 * Nothing about it is trusted: neither the arguments nor the links, which the host may
 * rewrite meanwhile. 0, or with nothing taken
 *	-HYP_EINVAL	nr is not in 1 to PKVM_BATCH_PAGES, a flag is unknown, an
 *			address is misaligned, or the list is not nr pages long
 *	-HYP_EFAULT	a page is not RAM
 *	-HYP_EPERM	a page is EL2's already
 *	-HYP_EEXIST	a page is in the list twice
 *	-HYP_ESHUTDOWN	teardown has begun
 */
int topup_list(phys_addr_t head, u64 nr, u64 flags, struct topup *ret);

/* As above, for nr contiguous pages (1 to PKVM_RANGE_PAGES), of which nothing is read. */
int topup_range(phys_addr_t pa, u64 nr, u64 flags, struct topup *ret);

/*
 * As above, for one page and the self-test: the memory lock is held, and it counts as no
 * top-up. Also -HYP_EPERM if the host's stage-2 cannot be split.
 */
int __topup_page(phys_addr_t pa);

#endif
