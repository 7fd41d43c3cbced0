// SPDX-License-Identifier: GPL-2.0-only
/* Tables of guests' stage-2, and their entries. */
#include "guest_s2.h"

#include "arch.h"
#include "errno.h"
#include "page.h"
#include "panic.h"
#include "pte.h"
#include "stock.h"

#define FIRST_LEVEL	1
#define LIMIT		BIT(GUEST_S2_BITS)

_Static_assert(PTE_SHIFT(FIRST_LEVEL - 1) == GUEST_S2_BITS, "the root is one table");

int guest_s2_check(u64 gpa, u64 nr)
{
	if (!IS_ALIGNED(gpa, HYP_PAGE_SIZE))
		return -HYP_EINVAL;
	return gpa < LIMIT && nr <= (LIMIT - gpa) >> HYP_PAGE_SHIFT ? 0 : -HYP_EFAULT;
}

/* Entries are valid until the next walk, as the host's are. */
static u64 *entry_in(phys_addr_t table, u64 gpa, unsigned int level)
{
	return arch_s2_window(table, level) + (gpa >> PTE_SHIFT(level) & (PTE_ENTRIES - 1));
}

/* The entry at *level, or above it where the walk ends; *level says which. There is a root. */
static u64 *walk(const struct guest_s2 *guest, u64 gpa, unsigned int *level)
{
	phys_addr_t table = guest->root;

	for (unsigned int at = FIRST_LEVEL;; at++) {
		u64 *entry = entry_in(table, gpa, at);

		if (at == *level || !*entry) {
			*level = at;
			return entry;
		}
		table = *entry & PKVM_S2_ADDR;
	}
}

u64 __guest_s2_get(const struct guest_s2 *guest, u64 gpa)
{
	unsigned int level = PTE_LAST_LEVEL;

	return guest->root ? *walk(guest, gpa, &level) : 0;
}

/* Whether there is no table whose entries translate gpa at a level. */
static bool lacks_table(const struct guest_s2 *guest, u64 gpa, unsigned int level)
{
	unsigned int reached = level;

	if (!guest->root)
		return true;
	walk(guest, gpa, &reached);
	return reached < level;
}

u64 __guest_s2_cost(const struct guest_s2 *guest, u64 gpa, u64 nr)
{
	u64 last = gpa + ((nr - 1) << HYP_PAGE_SHIFT);
	u64 cost = !guest->root;

	/* So few pages have one table of a level, or two. */
	for (unsigned int level = FIRST_LEVEL + 1; level <= PTE_LAST_LEVEL; level++) {
		cost += lacks_table(guest, gpa, level);
		if (gpa >> PTE_SHIFT(level - 1) != last >> PTE_SHIFT(level - 1))
			cost += lacks_table(guest, last, level);
	}
	return cost;
}

/* Returns the table of the last level for gpa, made as far as it is missing. */
static phys_addr_t get_table(struct guest_s2 *guest, u64 gpa)
{
	phys_addr_t table;

	if (!guest->root)
		guest->root = __stock_get_reserved(PAGE_GUEST_S2);
	table = guest->root;
	for (unsigned int level = FIRST_LEVEL; level < PTE_LAST_LEVEL; level++) {
		u64 *entry = entry_in(table, gpa, level);

		if (!*entry) {
			phys_addr_t next = __stock_get_reserved(PAGE_GUEST_S2);

			__page_count_add(table, 1);
			WRITE_ONCE(*entry, pkvm_s2_table(next, 0));
		}
		table = *entry & PKVM_S2_ADDR;
	}
	return table;
}

void __guest_s2_map(struct guest_s2 *guest, u64 gpa, phys_addr_t pa, u64 software_bits)
{
	phys_addr_t table = get_table(guest, gpa);
	u64 *entry = entry_in(table, gpa, PTE_LAST_LEVEL);

	HYP_ASSERT(!*entry);
	/* The walkers see new tables before they see the page. */
	arch_pte_sync();
	WRITE_ONCE(*entry, pkvm_s2_plain(pa, PTE_LAST_LEVEL) | software_bits);
	__page_count_add(table, 1);
	guest->pages++;
	arch_pte_sync();
}

void __guest_s2_mark(struct guest_s2 *guest, u64 gpa, u64 software_bits)
{
	unsigned int level = PTE_LAST_LEVEL;
	u64 *entry = walk(guest, gpa, &level);

	HYP_ASSERT(level == PTE_LAST_LEVEL && *entry);
	WRITE_ONCE(*entry, pkvm_s2_plain(*entry & PKVM_S2_ADDR, level) | software_bits);
}

/* The table of a level that translates gpa, which is mapped. */
static phys_addr_t table_of(const struct guest_s2 *guest, u64 gpa, unsigned int level)
{
	phys_addr_t table = guest->root;

	for (unsigned int at = FIRST_LEVEL; at < level; at++)
		table = *entry_in(table, gpa, at) & PKVM_S2_ADDR;
	return table;
}

/*
 * The tables that this leaves empty go to the stock, all zero as they are. Until the TLBs
 * are flushed others may walk through them: the link that each then begins with is no
 * valid entry.
 */
void __guest_s2_unmap(struct guest_s2 *guest, u64 gpa)
{
	guest->pages--;
	for (unsigned int level = PTE_LAST_LEVEL; level >= FIRST_LEVEL; level--) {
		phys_addr_t table = table_of(guest, gpa, level);
		u64 *entry = entry_in(table, gpa, level);

		HYP_ASSERT(*entry);
		WRITE_ONCE(*entry, 0);
		if (__page_count_add(table, -1))
			return;
		__stock_put(table, 1, STOCK_ZERO);
	}
	guest->root = 0;
}

void __guest_s2_flush(void)
{
	arch_guest_tlbi();
}

/* Where the run of empty entries ends that begins with this one, or its table does. */
static u64 skip_empty(const u64 *entry, u64 gpa, unsigned int level)
{
	const u64 *end = (const u64 *)ALIGN_UP((u64)(entry + 1), HYP_PAGE_SIZE);
	const u64 *next = entry + 1;

	while (next < end && !*next)
		next++;
	return ALIGN_DOWN(gpa, PTE_SPAN(level)) + (next - entry) * PTE_SPAN(level);
}

bool __guest_s2_next(const struct guest_s2 *guest, u64 *gpa)
{
	u64 at = *gpa;

	/* No table is empty: one of each level is looked through on the way to the next page. */
	while (guest->root && at < LIMIT) {
		unsigned int level = PTE_LAST_LEVEL;
		const u64 *entry = walk(guest, at, &level);

		if (*entry) {
			*gpa = at;
			return true;
		}
		at = skip_empty(entry, at, level);
	}
	return false;
}
