// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scrubbing all that could be a secret. The stock is none, it is zero but for its links; neither
 * are tables and states.
 */
#include "scrub.h"

#include "arch.h"
#include "page.h"

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

static void scrub_range(const struct pkvm_ram_range *ram)
{
	for (phys_addr_t pa = ram->base; pa < ram->base + ram->size; pa += HYP_PAGE_SIZE) {
		if (!is_secret(__page_stored_state(pa)))
			continue;
		arch_scrub_page(arch_fixmap(pa));
		arch_fixmap_put();
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
