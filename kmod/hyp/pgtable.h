/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's page tables under the heaps' regions. What maps and unmaps is in mm.h. */
#ifndef HYP_PGTABLE_H
#define HYP_PGTABLE_H

#include "types.h"

/* Zeroes every page that is mapped in a page-aligned range. Takes no lock, see mm_scrub_all(). */
void pgtable_scrub(u64 va, u64 size);

#endif
