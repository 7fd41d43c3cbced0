/* SPDX-License-Identifier: GPL-2.0-only */
/* Which physical pages the host may give: its RAM, less what EL2 was loaded into. */
#ifndef HYP_RAM_H
#define HYP_RAM_H

#include <pkvm/boot.h>

#include "types.h"

/*
 * Once. Keeps the boot record. -HYP_EINVAL if its ranges are misaligned, empty,
 * not ascending, overlap, or reach beyond the host's stage-2.
 */
int ram_init(const struct pkvm_boot *boot);

/*
 * Whether nr pages from pa on (1 to PKVM_RANGE_PAGES; both from the host, any
 * value) can be topped up as far as their place is concerned. 0, or
 *	-HYP_EINVAL	pa is not page aligned
 *	-HYP_EFAULT	not all of them lie in one range of RAM, or one is at PKVM_LIST_END
 *	-HYP_EPERM	some belong to the image
 */
int ram_check(phys_addr_t pa, u64 nr);

/* Bytes of RAM below an address in RAM or at the end of one of its ranges. */
u64 ram_offset(phys_addr_t pa);

#endif
