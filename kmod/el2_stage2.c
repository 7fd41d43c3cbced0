// SPDX-License-Identifier: GPL-2.0-only
/* The host's first stage-2 tables. EL2 itself splits and merges them later (hyp/host_s2.c). */
#include "el2_stage2.h"

#define BLOCK_LEVEL	1	/* of the blocks that are mapped */

unsigned int el2_stage2_pages(unsigned int ipa_bits, unsigned int slots, unsigned int nr)
{
	unsigned int blocks = (nr + PKVM_S2_ENTRIES - 1) / PKVM_S2_ENTRIES + 1;
	unsigned int gibs = (blocks + PKVM_S2_ENTRIES - 1) / PKVM_S2_ENTRIES + 1;

	if (pkvm_s2_start_level(ipa_bits) == BLOCK_LEVEL)
		slots = 0;
	return pkvm_s2_root_pages(ipa_bits) + slots + gibs + blocks;
}

uint64_t el2_stage2_take(struct el2_stage2 *t, unsigned int nr)
{
	uint64_t pa = t->pa + t->used * PKVM_PAGE_SIZE;

	if (nr > t->nr - t->used)
		return 0;
	t->used += nr;
	return pa;
}

bool el2_stage2_init(struct el2_stage2 *t)
{
	return el2_stage2_take(t, pkvm_s2_root_pages(t->ipa_bits));
}

static uint64_t *table_at(const struct el2_stage2 *t, uint64_t pa)
{
	return (uint64_t *)(t->mem + (pa - t->pa));
}

static uint64_t *entry_in(uint64_t *table, uint64_t ipa, unsigned int level)
{
	return &table[ipa >> pkvm_s2_shift(level) & (PKVM_S2_ENTRIES - 1)];
}

/* Makes a table of what an entry translates, with the same translation. */
static bool split(struct el2_stage2 *t, uint64_t *entry, uint64_t ipa, unsigned int level)
{
	uint64_t start = ipa >> pkvm_s2_shift(level) << pkvm_s2_shift(level);
	uint64_t pa = el2_stage2_take(t, 1);
	unsigned int i;

	if (!pa)
		return false;
	for (i = 0; *entry && i < PKVM_S2_ENTRIES; i++) {
		uint64_t at = start + ((uint64_t)i << pkvm_s2_shift(level + 1));

		table_at(t, pa)[i] = pkvm_s2_plain(at, level + 1);
	}
	*entry = pkvm_s2_table(pa, 0);
	return true;
}

/* The entry for ipa at a level, blocks above it being split; NULL if pages are used up. */
static uint64_t *walk(struct el2_stage2 *t, uint64_t ipa, unsigned int to)
{
	unsigned int level = pkvm_s2_start_level(t->ipa_bits);
	uint64_t *entry = (uint64_t *)t->mem + (ipa >> pkvm_s2_shift(level));

	for (; level < to; level++) {
		if (!pkvm_s2_is_table(*entry, level) && !split(t, entry, ipa, level))
			return NULL;
		entry = entry_in(table_at(t, *entry & PKVM_S2_ADDR), ipa, level + 1);
	}
	return entry;
}

bool el2_stage2_map(struct el2_stage2 *t, uint64_t base, uint64_t size)
{
	const uint64_t limit = UINT64_C(1) << t->ipa_bits;
	const uint64_t block = UINT64_C(1) << pkvm_s2_shift(BLOCK_LEVEL);
	uint64_t end = base < limit && size <= limit - base ? base + size : limit;
	uint64_t ipa;

	for (ipa = base & ~(block - 1); ipa < end; ipa += block) {
		uint64_t *entry = walk(t, ipa, BLOCK_LEVEL);

		if (!entry)
			return false;
		*entry = pkvm_s2_plain(ipa, BLOCK_LEVEL);
	}
	return true;
}

/* Counts in the entry of a level that one more below it is not plain. */
static void count_up(struct el2_stage2 *t, uint64_t ipa, unsigned int level)
{
	*walk(t, ipa, level) += UINT64_C(1) << PKVM_S2_COUNT_SHIFT;
}

static bool cut_page(struct el2_stage2 *t, uint64_t pa)
{
	bool whole = !pkvm_s2_is_table(*walk(t, pa, BLOCK_LEVEL), BLOCK_LEVEL) ||
		     !pkvm_s2_is_table(*walk(t, pa, BLOCK_LEVEL + 1), BLOCK_LEVEL + 1);
	uint64_t *entry = walk(t, pa, PKVM_S2_LAST_LEVEL);

	if (!entry)
		return false;
	*entry = PKVM_S2_HYP;
	count_up(t, pa, BLOCK_LEVEL + 1);
	if (whole)
		count_up(t, pa, BLOCK_LEVEL);
	return true;
}

bool el2_stage2_cut(struct el2_stage2 *t, uint64_t pa, unsigned int nr)
{
	for (; nr; nr--, pa += PKVM_PAGE_SIZE)
		if (!cut_page(t, pa))
			return false;
	return true;
}
