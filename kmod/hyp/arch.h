/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the portable part of the EL2 image needs of the CPU. At EL2 it is
 * implemented by arch.c over system registers; native tests bring their own.
 */
#ifndef HYP_ARCH_H
#define HYP_ARCH_H

#include "types.h"

struct trace_ring;

/*
 * The stage-1 entry that translates va at a level (0 to 3; 4 KiB granule, 48-bit
 * VA). The tables above that level must be there. At EL2 this is arithmetic: the
 * root table maps itself in one slot, so every table has an address.
 */
u64 *arch_pte(u64 va, unsigned int level);

/* Makes written entries visible to the table walkers of all CPUs (DSB ISHST, ISB). */
void arch_pte_sync(void);

/*
 * Invalidates what the TLBs of all CPUs hold for a range: leaf entries, and table
 * entries too, with the addresses at which arch_pte() shows those tables. Completes
 * before it returns.
 */
void arch_tlbi(u64 va, u64 nr_pages);

/*
 * This CPU's window onto one physical page, read-write. Not nestable: valid until
 * arch_fixmap_put(). The page need not be EL2's (yet), but it must be RAM.
 */
void *arch_fixmap(phys_addr_t pa);
void arch_fixmap_put(void);

/*
 * This CPU's window for the host's stage-2 tables of a level (0 to 3): the table at a
 * physical address, which is RAM, read-write. Valid until the next call for the same
 * level on this CPU; costs nothing while it is for the same table.
 */
u64 *arch_s2_window(phys_addr_t table, unsigned int level);

/*
 * Begins to invalidate what the TLBs of all CPUs hold of the host's translations: of the
 * stage-2 block or page at ipa that is no more, or of everything, which is what it takes
 * where a table goes. Entries written before are visible to the walkers by then.
 * arch_s2_tlbi_sync() completes any number of them.
 */
void arch_s2_tlbi(u64 ipa);
void arch_s2_tlbi_all(void);
void arch_s2_tlbi_sync(void);

/* Invalidates what the TLBs of all CPUs hold of guests' translations; completes. */
void arch_guest_tlbi(void);

/*
 * index if it is below size, and 0 otherwise: also while the CPU speculates that it is. For
 * indices of the host's, once they have been checked (Spectre-v1).
 */
u64 arch_index_nospec(u64 index, u64 size);

/* The number of this CPU, as the host counts. */
u32 arch_cpu(void);

/* The physical counter, which all CPUs share. */
u64 arch_counter(void);

/* This CPU's ring of events. */
struct trace_ring *arch_trace_ring(void);

/* Clears one page that is mapped at a page-aligned address. */
void arch_zero_page(void *page);

/*
 * The same for a page that holds secrets: cleared where it is read without a cache, too. The
 * host may have it mapped as it likes, and what a cache wrote back earlier would still be there.
 */
void arch_scrub_page(void *page);

#endif
