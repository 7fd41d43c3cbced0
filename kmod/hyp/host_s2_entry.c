// SPDX-License-Identifier: GPL-2.0-only
/* Walks of the host's stage-2, and how its entries change. */
#include "host_s2_entry.h"

#include "arch.h"
#include "panic.h"

static struct {
	phys_addr_t root;
	unsigned int start; /* level of the root */
	u64 limit;
} s2;

void s2_entry_init(const struct pkvm_boot *boot)
{
	s2.root = boot->s2_root;
	s2.start = pkvm_s2_start_level(boot->s2_ipa_bits);
	s2.limit = BIT(boot->s2_ipa_bits);
}

u64 s2_limit(void)
{
	return s2.limit;
}

u64 *__s2_walk(u64 ipa, unsigned int *level)
{
	/* The root may be several tables, one behind the other. */
	phys_addr_t table = s2.root + ALIGN_DOWN(ipa >> PTE_SHIFT(s2.start), PTE_ENTRIES) /
					      PTE_ENTRIES * HYP_PAGE_SIZE;

	for (unsigned int at = s2.start;; at++) {
		u64 *entry = arch_s2_window(table, at) + (ipa >> PTE_SHIFT(at) & (PTE_ENTRIES - 1));

		if (at == *level || !pkvm_s2_is_table(*entry, at)) {
			*level = at;
			return entry;
		}
		table = *entry & PKVM_S2_ADDR;
	}
}

u64 *__s2_entry(u64 ipa, unsigned int level)
{
	unsigned int reached = level;
	u64 *entry = __s2_walk(ipa, &reached);

	HYP_ASSERT(reached == level);
	return entry;
}

void __s2_fill_plain(phys_addr_t table, u64 ipa, unsigned int level)
{
	u64 *entries = arch_s2_window(table, level);
	u64 start = ALIGN_DOWN(ipa, PTE_SPAN(level - 1));

	for (unsigned int i = 0; i < PTE_ENTRIES; i++)
		entries[i] = pkvm_s2_plain(start + i * PTE_SPAN(level), level);
}

void __s2_fill_hyp(phys_addr_t table, unsigned int level)
{
	u64 *entries = arch_s2_window(table, level);

	for (unsigned int i = 0; i < PTE_ENTRIES; i++)
		entries[i] = PKVM_S2_HYP;
}

void __s2_break(u64 ipa, unsigned int level)
{
	u64 *entry = __s2_entry(ipa, level);
	bool table = pkvm_s2_is_table(*entry, level);

	WRITE_ONCE(*entry, 0);
	if (table)
		arch_s2_tlbi_all();
	else
		arch_s2_tlbi(ipa);
	arch_s2_tlbi_sync();
}

void __s2_make(u64 ipa, unsigned int level, u64 entry)
{
	/* The walkers see a table's entries before they see the table. */
	arch_pte_sync();
	WRITE_ONCE(*__s2_entry(ipa, level), entry);
	arch_pte_sync();
}

unsigned int __s2_count_add(u64 ipa, unsigned int level, int delta)
{
	u64 *entry = __s2_entry(ipa, level);
	int count = pkvm_s2_count(*entry) + delta;

	HYP_ASSERT(pkvm_s2_is_table(*entry, level) && count >= 0 && count <= PTE_ENTRIES);
	WRITE_ONCE(*entry, pkvm_s2_table(*entry & PKVM_S2_ADDR, count));
	return count;
}
