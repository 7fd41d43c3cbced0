/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's first stage-1 tables, built by the loader in memory that it hands over with them. */
#ifndef PKVM_KMOD_EL2_TABLES_H
#define PKVM_KMOD_EL2_TABLES_H

#include <linux/types.h>

/* Pages set aside for tables, given out one by one; zeroed by the caller. */
struct el2_tables {
	u8 *mem;
	phys_addr_t pa;		/* of mem */
	unsigned int nr;	/* pages */
	unsigned int used;
	u64 *root;
	u64 va_base;		/* of the half of the VA space that is EL2's own */
};

/*
 * Takes the root table from the pages and lets it map itself. identity_pa: a page
 * whose identity mapping must not collide with EL2's own half. Returns 0 or -ENOSPC.
 */
int el2_tables_init(struct el2_tables *t, phys_addr_t identity_pa);

/* Maps nr 4 KiB pages with a descriptor of pte.h. Returns 0, or -ENOSPC without pages left. */
int el2_tables_map(struct el2_tables *t, u64 va, phys_addr_t pa, unsigned int nr, u64 descriptor);

/*
 * The vmemmap while nothing is backed: every entry of its level 1 table leads over
 * one level 2 and one level 3 table to one zero page, all read-only and shared.
 * zero_pa: the zero page, its level 3 table, its level 2 table. 0 or -ENOSPC.
 */
int el2_tables_map_zero(struct el2_tables *t, u64 va, u64 bytes, u64 zero_pa[3]);

#endif
