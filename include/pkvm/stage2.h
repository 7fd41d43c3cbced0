/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-2 descriptors of the host's translation regime (Arm ARM D8.3, VMSAv8-64,
 * 4 KiB granule), for the loader that builds the first tables and the image that
 * splits and merges them.
 *
 * The host's stage-2 is an identity map. An entry is one of
 *	plain	a block of 1 GiB or 2 MiB, or a page: the host's
 *	table	valid; counts in ignored bits the entries of the table it points
 *		to that are not plain
 *	lent	a plain page but for a software bit: a guest's, which shares it
 *	owned	invalid, with an owner: not the host's
 *	hole	zero, above the level of 2 MiB blocks only: not mapped yet
 */
#ifndef PKVM_STAGE2_H
#define PKVM_STAGE2_H

#include <pkvm/hypercall.h>

#define PKVM_S2_ENTRIES		512
#define PKVM_S2_LAST_LEVEL	3	/* of pages; blocks are at levels 1 and 2 */

#define PKVM_S2_VALID		(UINT64_C(1) << 0)
/* Levels 0 to 2: a table; level 3: a page. */
#define PKVM_S2_TABLE		(UINT64_C(1) << 1)
#define PKVM_S2_ADDR		UINT64_C(0x0000fffffffff000)

/*
 * Normal write-back (with HCR_EL2.FWB = 0 a stage-1 Device attribute stays), read
 * and write, inner shareable, access flag set, executable.
 */
#define PKVM_S2_PLAIN                                                                              \
	(PKVM_S2_VALID | UINT64_C(0xf) << 2 | UINT64_C(3) << 6 | UINT64_C(3) << 8 |                \
	 UINT64_C(1) << 10)

/* Table descriptors: bits 11:2 are ignored by the walk. */
#define PKVM_S2_COUNT_SHIFT	2
#define PKVM_S2_COUNT_MASK	UINT64_C(0x3ff)

/* Owned entries: enum pkvm_owner in bits 63:56. Nobody would be a hole. */
#define PKVM_S2_OWNER_SHIFT	56
#define PKVM_S2_HYP		((uint64_t)PKVM_OWNER_HYP << PKVM_S2_OWNER_SHIFT)

/* A guest's: the handle of its VM in bits 43:12. */
#define PKVM_S2_HANDLE_SHIFT	12

/* Software bit of a page's entry: the host may use it, but it is a guest's. */
#define PKVM_S2_LENT		(UINT64_C(1) << 55)

/* Bytes that one entry of a level translates, as a shift: 39, 30, 21, 12. */
static inline unsigned int pkvm_s2_shift(unsigned int level)
{
	return 39 - 9 * level;
}

/* Level of the root for so many bits of address space; below 44 it is several tables of level 1. */
static inline unsigned int pkvm_s2_start_level(unsigned int ipa_bits)
{
	return ipa_bits >= 44 ? 0 : 1;
}

static inline unsigned int pkvm_s2_root_pages(unsigned int ipa_bits)
{
	return ipa_bits > 39 && ipa_bits < 44 ? 1U << (ipa_bits - 39) : 1;
}

static inline bool pkvm_s2_is_table(uint64_t entry, unsigned int level)
{
	const uint64_t table = PKVM_S2_VALID | PKVM_S2_TABLE;

	return level < PKVM_S2_LAST_LEVEL && (entry & table) == table;
}

/* The plain entry that translates ipa at a level, 1 to 3. */
static inline uint64_t pkvm_s2_plain(uint64_t ipa, unsigned int level)
{
	return (ipa >> pkvm_s2_shift(level) << pkvm_s2_shift(level)) | PKVM_S2_PLAIN |
		(level == PKVM_S2_LAST_LEVEL ? PKVM_S2_TABLE : 0);
}

static inline uint64_t pkvm_s2_guest(uint64_t handle)
{
	return (uint64_t)PKVM_OWNER_GUEST << PKVM_S2_OWNER_SHIFT | handle << PKVM_S2_HANDLE_SHIFT;
}

static inline uint64_t pkvm_s2_table(uint64_t pa, unsigned int count)
{
	return pa | (uint64_t)count << PKVM_S2_COUNT_SHIFT | PKVM_S2_TABLE | PKVM_S2_VALID;
}

static inline unsigned int pkvm_s2_count(uint64_t entry)
{
	return entry >> PKVM_S2_COUNT_SHIFT & PKVM_S2_COUNT_MASK;
}

#endif
