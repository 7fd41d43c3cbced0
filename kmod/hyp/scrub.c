// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scrubbing all that could be a secret. The stock is none, it is zero but for its links; neither
 * are tables and states.
 */
#include "scrub.h"

#include "arch.h"
#include "page.h"
#include "vmemmap.h"

static const struct pkvm_boot *boot;
static bool done;

void scrub_init(const struct pkvm_boot *b)
{
	boot = b;
	done = false;
}

static bool is_secret(enum page_state state)
{
	return state == PAGE_HEAP || state == PAGE_GUEST || state == PAGE_GUEST_SHARED;
}

static void scrub_part(phys_addr_t pa, phys_addr_t end)
{
	for (; pa < end; pa += HYP_PAGE_SIZE) {
		if (!is_secret(__page_stored_state(pa)))
			continue;
		arch_scrub_page(arch_fixmap(pa));
		arch_fixmap_put();
	}
}

/* Most of RAM has never been anybody's but the host's: it takes a look for each 8 MiB. */
static void scrub_range(const struct pkvm_ram_range *ram)
{
	phys_addr_t end = ram->base + ram->size, next;

	for (phys_addr_t pa = ram->base; pa < end; pa = next) {
		next = min_u64(ALIGN_DOWN(pa, VMEMMAP_SPAN) + VMEMMAP_SPAN, end);
		if (__vmemmap_is_backed(pa))
			scrub_part(pa, next);
	}
}

void scrub_all(void)
{
	/* CPUs leave one after the other. */
	if (READ_ONCE(done))
		return;
	for (u64 i = 0; i < boot->nr_ram; i++)
		scrub_range(&boot->ram[i]);
	WRITE_ONCE(done, true);
}
