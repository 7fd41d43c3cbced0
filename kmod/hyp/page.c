// SPDX-License-Identifier: GPL-2.0-only
/* States of pages. */
#include "page.h"

#include "host_s2.h"
#include "panic.h"
#include "vmemmap.h"

static u64 totals[PAGE_STATES];

void page_init(void)
{
	for (unsigned int i = 0; i < PAGE_STATES; i++)
		totals[i] = 0;
}

enum page_state __page_state(phys_addr_t pa)
{
	const struct hyp_page *page = __vmemmap_entry(pa);

	if (page->state != PAGE_HOST)
		return page->state;
	if (__vmemmap_has(pa))
		return PAGE_VMEMMAP;
	return __host_s2_is_table(pa) ? PAGE_HOST_S2 : PAGE_HOST;
}

enum page_state __page_stored_state(phys_addr_t pa)
{
	return __vmemmap_entry(pa)->state;
}

void __page_set_states(phys_addr_t pa, u64 nr, enum page_state state)
{
	struct hyp_page *page = __vmemmap_entry(pa);
	enum page_state old = page->state;

	totals[old] -= nr;
	totals[state] += nr;
	if (old == PAGE_HOST)
		__vmemmap_states_added(pa, nr);
	for (u64 i = 0; i < nr; i++)
		page[i] = (struct hyp_page){ .state = state };
	if (state == PAGE_HOST)
		__vmemmap_states_removed(pa, nr);
}

void __page_set_state(phys_addr_t pa, enum page_state state)
{
	__page_set_states(pa, 1, state);
}

static bool has_count(enum page_state state)
{
	return state == PAGE_TABLE || state == PAGE_GUEST_S2 || state == PAGE_SHARED_HYP ||
	       state == PAGE_SHARED_GUEST;
}

unsigned int __page_count_add(phys_addr_t pa, int delta)
{
	struct hyp_page *page = __vmemmap_entry(pa);

	HYP_ASSERT(has_count(page->state) && page->count + delta >= 0 &&
		   page->count + delta <= PAGE_COUNT_MAX);
	page->count += delta;
	return page->count;
}

unsigned int __page_count(phys_addr_t pa)
{
	const struct hyp_page *page = __vmemmap_entry(pa);

	return has_count(page->state) ? page->count : 0;
}

int __page_free_order(phys_addr_t pa)
{
	const struct hyp_page *page = __vmemmap_entry(pa);

	return page->state == PAGE_STOCK ? page->count - 1 : PAGE_NO_ORDER;
}

void __page_set_free_order(phys_addr_t pa, int order)
{
	struct hyp_page *page = __vmemmap_entry(pa);

	HYP_ASSERT(page->state == PAGE_STOCK);
	page->count = order + 1;
}

u64 __page_total(enum page_state state)
{
	return totals[state];
}
