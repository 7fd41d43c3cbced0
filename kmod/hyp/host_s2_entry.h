/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of the host's stage-2 (pkvm/stage2.h): finding and replacing them. Under the
 * memory lock. A pointer to an entry is valid until the next walk.
 */
#ifndef HYP_HOST_S2_ENTRY_H
#define HYP_HOST_S2_ENTRY_H

#include <pkvm/boot.h>
#include <pkvm/stage2.h>

#include "pte.h"
#include "types.h"

#define S2_GIB		1	/* levels of the blocks of 1 GiB */
#define S2_BLOCK	2	/* and 2 MiB */
#define S2_PAGE		PTE_LAST_LEVEL

/* Once. */
void s2_entry_init(const struct pkvm_boot *boot);

/* Bytes of the address space: what is at and above has no entry. */
u64 s2_limit(void);

/*
 * The entry that translates ipa, which is below the limit: at *level if the tables
 * reach so far, otherwise the last one there is; *level says which.
 */
u64 *__s2_walk(u64 ipa, unsigned int *level);

/* The entry at a level; the tables above it are there. */
u64 *__s2_entry(u64 ipa, unsigned int level);

/* Fills a table of a level (2 or 3), unused as yet, with what translates ipa's block above it. */
void __s2_fill_plain(phys_addr_t table, u64 ipa, unsigned int level);
void __s2_fill_hyp(phys_addr_t table, unsigned int level);

/*
 * Break-before-make, for a valid entry that becomes another. Between the two the host
 * may fault there: its abort waits for the memory lock and then finds the new entry.
 */
void __s2_break(u64 ipa, unsigned int level);
void __s2_make(u64 ipa, unsigned int level, u64 entry);

/* Adds to the count in the entry of a table, which is at the level, and returns the sum. */
unsigned int __s2_count_add(u64 ipa, unsigned int level, int delta);

#endif
