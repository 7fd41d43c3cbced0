/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 descriptors of EL2's translation regime (Arm ARM DDI 0487, D8.3): 4 KiB
 * granule, 48-bit addresses, no block descriptors. Plain macros, so that the
 * loader at EL1, which builds the first tables, can include it too.
 *
 * A table is also mapped as a page, by the root's entry that points to the root;
 * its descriptor therefore carries a page's attributes, which a walk ignores in
 * a table descriptor.
 */
#ifndef HYP_PTE_H
#define HYP_PTE_H

#define PTE_LEVELS	4
#define PTE_ENTRIES	512		/* in a table of any level */

/* Bytes that one entry of a level (0 to 3) translates, as a shift: 39, 30, 21, 12. */
#define PTE_SHIFT(level)	(12 + 9 * (3 - (level)))
#define PTE_SPAN(level)		(1ULL << PTE_SHIFT(level))

#define PTE_VALID	(1ULL << 0)
#define PTE_TABLE	(1ULL << 1)	/* levels 0 to 2 */
#define PTE_PAGE	(1ULL << 1)	/* level 3 */
#define PTE_NORMAL	(0ULL << 2)	/* MAIR_EL2 attribute 0: Normal, write-back */
#define PTE_AP_RES1	(1ULL << 6)	/* AP[1] in a regime with one exception level */
#define PTE_RDONLY	(1ULL << 7)
#define PTE_SH_INNER	(3ULL << 8)
#define PTE_AF		(1ULL << 10)
#define PTE_XN		(1ULL << 54)
#define PTE_PA_MASK	0x0000fffffffff000ULL

#define PTE_ATTRS	(PTE_VALID | PTE_NORMAL | PTE_AP_RES1 | PTE_SH_INNER | PTE_AF)

#define PTE_DATA	(PTE_ATTRS | PTE_PAGE | PTE_XN)			/* read-write */
#define PTE_RODATA	(PTE_ATTRS | PTE_PAGE | PTE_XN | PTE_RDONLY)
#define PTE_TEXT	(PTE_ATTRS | PTE_PAGE | PTE_RDONLY)
#define PTE_NEXT	(PTE_ATTRS | PTE_TABLE | PTE_XN)		/* to a table of the next level */
#define PTE_NEXT_RO	(PTE_NEXT | PTE_RDONLY)				/* to one that EL2 only reads */

#endif
