/* SPDX-License-Identifier: GPL-2.0-only */
/* The shape of EL2's page tables: 4 KiB granule, 48-bit VA, no blocks. */
#ifndef HYP_PTE_H
#define HYP_PTE_H

#include <pkvm/pte.h>

#include "types.h"

#define PTE_LAST_LEVEL	3		/* of 0 to 3, the one whose entries are pages */
#define PTE_ENTRIES	512		/* in a table of any level */

/* Bytes that one entry of a level translates, and the same as a shift: 39, 30, 21, 12. */
#define PTE_SHIFT(level)	(HYP_PAGE_SHIFT + 9 * (PTE_LAST_LEVEL - (level)))
#define PTE_SPAN(level)		BIT(PTE_SHIFT(level))

static inline bool pte_is_valid(u64 pte)
{
	return pte & PKVM_PTE_VALID;
}

static inline phys_addr_t pte_pa(u64 pte)
{
	return pte & PKVM_PTE_ADDR;
}

#endif
