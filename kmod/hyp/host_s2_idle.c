// SPDX-License-Identifier: GPL-2.0-only
/* The list of idle tables: circular, doubly linked by numbers of 2 MiB blocks. */
#include "host_s2_idle.h"

#include "host_s2_entry.h"

/* Links in an owned entry: bits 27:1 the next block, 54:28 the one before. */
#define LINK_BITS	27
#define LINK_MASK	(BIT(LINK_BITS) - 1)
#define NEXT_SHIFT	1
#define PREV_SHIFT	(NEXT_SHIFT + LINK_BITS)

_Static_assert(PKVM_PA_BITS - 21 <= LINK_BITS, "a link holds any block");
_Static_assert(PREV_SHIFT + LINK_BITS <= PKVM_S2_OWNER_SHIFT, "links leave the owner alone");

static struct idle {
	phys_addr_t boot_pa;
	u64 boot_size;
	u64 pages;		/* that are idle */
	u64 listed;
	u64 head;		/* meaningless while nothing is listed */
} idle;

void s2_idle_init(const struct pkvm_boot *boot)
{
	idle = (struct idle){ .boot_pa = boot->boot_pa, .boot_size = boot->boot_size };
}

bool s2_is_own_table(u64 entry, u64 ipa, unsigned int level)
{
	phys_addr_t table = entry & PKVM_S2_ADDR;

	return pkvm_s2_is_table(entry, level) &&
	       table >> PTE_SHIFT(level) == ipa >> PTE_SHIFT(level) &&
	       table - idle.boot_pa >= idle.boot_size;
}

static bool counts(u64 entry, u64 ipa, unsigned int level, unsigned int count)
{
	return s2_is_own_table(entry, ipa, level) && pkvm_s2_count(entry) == count;
}

/*
 * How many pages are idle of those that a change in ipa's block can make so, and the
 * block they are listed by: its own table, or that of the GiB with the block where it
 * lies. Never both: a GiB of the second kind has one split block, with two pages.
 */
static unsigned int __find_idle(u64 ipa, u64 *ret_block)
{
	u64 gib = *__s2_entry(ipa, S2_GIB);
	phys_addr_t home = gib & PKVM_S2_ADDR;

	if (!pkvm_s2_is_table(gib, S2_GIB))
		return 0;
	*ret_block = ipa >> PTE_SHIFT(S2_BLOCK);
	if (counts(*__s2_entry(ipa, S2_BLOCK), ipa, S2_BLOCK, 1))
		return 1;
	*ret_block = home >> PTE_SHIFT(S2_BLOCK);
	if (counts(gib, ipa, S2_GIB, 1) &&
	    counts(*__s2_entry(home, S2_BLOCK), home, S2_BLOCK, 2))
		return 2;
	return 0;
}

/* A block's link: in its table's entry for that table itself. */
static u64 *__link(u64 block)
{
	u64 table = *__s2_entry(block << PTE_SHIFT(S2_BLOCK), S2_BLOCK) & PKVM_S2_ADDR;

	return __s2_entry(table, S2_PAGE);
}

static u64 __get(u64 block, unsigned int shift)
{
	return *__link(block) >> shift & LINK_MASK;
}

static void __set(u64 block, unsigned int shift, u64 to)
{
	u64 *link = __link(block);

	WRITE_ONCE(*link, (*link & ~(LINK_MASK << shift)) | to << shift);
}

static void __join(u64 first, u64 second)
{
	__set(first, NEXT_SHIFT, second);
	__set(second, PREV_SHIFT, first);
}

/* Before the head, which in a circle is the end as well. */
static void __insert(u64 block)
{
	if (idle.listed++) {
		__join(__get(idle.head, PREV_SHIFT), block);
		__join(block, idle.head);
	} else {
		__join(block, block);
		idle.head = block;
	}
}

static void __remove(u64 block)
{
	u64 next = __get(block, NEXT_SHIFT);

	__join(__get(block, PREV_SHIFT), next);
	if (idle.head == block)
		idle.head = next;
	idle.listed--;
	*__link(block) = PKVM_S2_HYP;
}

void __s2_idle_leave(u64 ipa)
{
	u64 block;
	unsigned int pages = __find_idle(ipa, &block);

	if (!pages)
		return;
	idle.pages -= pages;
	__remove(block);
}

void __s2_idle_enter(u64 ipa)
{
	u64 block;
	unsigned int pages = __find_idle(ipa, &block);

	if (!pages)
		return;
	idle.pages += pages;
	__insert(block);
	if (pages == 1)
		idle.head = block;
}

bool __s2_idle_first(u64 *ret_ipa)
{
	if (!idle.listed)
		return false;
	*ret_ipa = idle.head << PTE_SHIFT(S2_BLOCK);
	return true;
}

u64 __s2_idle_pages(void)
{
	return idle.pages;
}
