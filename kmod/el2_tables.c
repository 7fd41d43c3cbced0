// SPDX-License-Identifier: GPL-2.0-only
/* EL2's first stage-1 tables. EL2 itself extends them later (hyp/pgtable.c). */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/math.h>

#include <pkvm/boot.h>
#include <pkvm/pte.h>

#include "el2_tables.h"

#define ENTRIES		512
#define LAST_LEVEL	3

static unsigned int index_at(u64 va, unsigned int level)
{
	return va >> (39 - 9 * level) & (ENTRIES - 1);
}

static u64 *table_alloc(struct el2_tables *t, phys_addr_t *ret_pa)
{
	unsigned long offset = t->used * PKVM_PAGE_SIZE;

	if (t->used == t->nr)
		return NULL;
	t->used++;
	*ret_pa = t->pa + offset;
	return (u64 *)(t->mem + offset);
}

static u64 *table_at(const struct el2_tables *t, u64 entry)
{
	return (u64 *)(t->mem + ((entry & PKVM_PTE_ADDR) - t->pa));
}

int el2_tables_init(struct el2_tables *t, phys_addr_t identity_pa)
{
	phys_addr_t pa;

	t->root = table_alloc(t, &pa);
	if (!t->root)
		return -ENOSPC;
	t->va_base = identity_pa & BIT_ULL(47) ? 0 : BIT_ULL(47);
	t->root[index_at(t->va_base, 0) + PKVM_VA_SELF_SLOT] = pa | PKVM_PTE_PAGE_TABLE;
	return 0;
}

/* The entry that translates va at a level, with the tables above it; NULL if pages are used up. */
static u64 *walk(struct el2_tables *t, u64 va, unsigned int to)
{
	u64 *table = t->root;
	unsigned int level;

	for (level = 0; level < to; level++) {
		u64 *entry = &table[index_at(va, level)];
		phys_addr_t pa;

		if (!*entry) {
			if (!table_alloc(t, &pa))
				return NULL;
			*entry = pa | PKVM_PTE_PAGE_TABLE;
		}
		table = table_at(t, *entry);
	}
	return &table[index_at(va, to)];
}

int el2_tables_map(struct el2_tables *t, u64 va, phys_addr_t pa, unsigned int nr, u64 descriptor)
{
	for (; nr; nr--, va += PKVM_PAGE_SIZE, pa += PKVM_PAGE_SIZE) {
		u64 *entry = walk(t, va, LAST_LEVEL);

		if (!entry)
			return -ENOSPC;
		*entry = pa | descriptor;
	}
	return 0;
}

int el2_tables_map_zero(struct el2_tables *t, u64 va, u64 bytes, u64 zero_pa[3])
{
	u64 next = 0;
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		phys_addr_t pa;
		u64 *table = table_alloc(t, &pa);

		if (!table)
			return -ENOSPC;
		for (j = 0; i && j < ENTRIES; j++)
			table[j] = next;
		zero_pa[i] = pa;
		next = pa | (i ? PKVM_PTE_SHARED_TABLE : PKVM_PTE_PAGE_RO);
	}
	for (i = 0; i < DIV_ROUND_UP_ULL(bytes, BIT_ULL(30)); i++) {
		u64 *entry = walk(t, va + i * BIT_ULL(30), 1);

		if (!entry)
			return -ENOSPC;
		*entry = next;
	}
	return 0;
}
