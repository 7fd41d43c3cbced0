/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's page tables under the heaps' regions. What maps and unmaps is in mm.h. */
#ifndef HYP_PGTABLE_H
#define HYP_PGTABLE_H

#include "types.h"

/*
 * Maps a page that stays where it is, read-write, at a page-aligned va of the region of shared
 * pages, and unmaps it; whoever calls completes it, by arch_pte_sync() or arch_tlbi(). The
 * memory lock is held; hyp_reserve() has set the missing tables aside.
 */
void __pgtable_map(u64 va, phys_addr_t pa);
void __pgtable_unmap(u64 va);

#endif
