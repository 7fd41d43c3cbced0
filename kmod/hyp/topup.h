/* SPDX-License-Identifier: GPL-2.0-only */
/* Top-up: pages that the host donates, checked and taken. */
#ifndef HYP_TOPUP_H
#define HYP_TOPUP_H

#include "types.h"

/*
 * Takes the nr pages of a list, whole or not at all. Nothing about it is trusted:
 * neither the arguments nor the links, which the host may rewrite meanwhile. 0 and
 * *ret_joined, the pages that the stock has gained (the others went to the
 * vmemmap), or
 *	-HYP_EINVAL	nr is not in 1 to PKVM_BATCH_PAGES, a flag is unknown, an
 *			address is misaligned, or the list is not nr pages long
 *	-HYP_EFAULT	a page is not RAM
 *	-HYP_EPERM	a page is EL2's already
 *	-HYP_EEXIST	a page is in the list twice
 *	-HYP_ESHUTDOWN	teardown has begun
 */
int topup_list(phys_addr_t head, u64 nr, u64 flags, u64 *ret_joined);

/* As above, for nr contiguous pages (1 to PKVM_RANGE_PAGES), of which nothing is read. */
int topup_range(phys_addr_t pa, u64 nr, u64 flags, u64 *ret_joined);

#endif
