/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-1 descriptors of EL2's own translation regime (Arm ARM D8.3, VMSAv8-64,
 * 4 KiB granule, single VA range), for the loader that builds the first tables
 * and the image that extends them.
 */
#ifndef PKVM_PTE_H
#define PKVM_PTE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define PKVM_PTE_VALID		(UINT64_C(1) << 0)
#define PKVM_PTE_TABLE		(UINT64_C(1) << 1)	/* level 3: a page; else a table */
#define PKVM_PTE_ATTR_NORMAL	(UINT64_C(0) << 2)	/* index into PKVM_MAIR_EL2 */
#define PKVM_PTE_RES1		(UINT64_C(1) << 6)	/* AP[1], with one VA range */
#define PKVM_PTE_RO		(UINT64_C(1) << 7)	/* AP[2] */
#define PKVM_PTE_SH_INNER	(UINT64_C(3) << 8)
#define PKVM_PTE_AF		(UINT64_C(1) << 10)
#define PKVM_PTE_XN		(UINT64_C(1) << 54)
#define PKVM_PTE_ADDR		UINT64_C(0x0000fffffffff000)

#define PKVM_PTE_COMMON \
	(PKVM_PTE_VALID | PKVM_PTE_TABLE | PKVM_PTE_ATTR_NORMAL | PKVM_PTE_RES1 | \
	 PKVM_PTE_SH_INNER | PKVM_PTE_AF)

#define PKVM_PTE_PAGE_RW	(PKVM_PTE_COMMON | PKVM_PTE_XN)
#define PKVM_PTE_PAGE_RO	(PKVM_PTE_COMMON | PKVM_PTE_RO | PKVM_PTE_XN)
#define PKVM_PTE_PAGE_RX	(PKVM_PTE_COMMON | PKVM_PTE_RO)

/*
 * A table descriptor is a valid page descriptor too (its bits 11:2 and 58:51 are
 * ignored at levels 0 to 2), because the walk through the root's self slot reads
 * it at level 3. PAGE_TABLE for tables that EL2 may write, SHARED_TABLE for the
 * read-only ones.
 */
#define PKVM_PTE_PAGE_TABLE	PKVM_PTE_PAGE_RW
#define PKVM_PTE_SHARED_TABLE	PKVM_PTE_PAGE_RO

/* MAIR_EL2: index 0 is Normal, inner and outer write-back, read and write allocate. */
#define PKVM_MAIR_EL2		UINT64_C(0xff)

#endif
