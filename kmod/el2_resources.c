// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's resource tree says of RAM and devices, at load. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/ioport.h>
#include <linux/minmax.h>
#include <linux/printk.h>

#include "el2_resources.h"

#define SLOT_SHIFT	39
#define MAX_SLOTS	(1U << (PKVM_PA_BITS - SLOT_SHIFT))

struct ram_walk {
	struct pkvm_boot *boot;
	unsigned int ipa_bits;
};

static int add_ram(struct resource *res, void *arg)
{
	const struct ram_walk *walk = arg;
	struct pkvm_boot *boot = walk->boot;
	u64 base = ALIGN(res->start, PKVM_PAGE_SIZE);
	u64 end = ALIGN_DOWN(res->end + 1, PKVM_PAGE_SIZE);

	if (base >= end)
		return 0;
	if (end > BIT_ULL(walk->ipa_bits)) {
		pr_err("RAM at %pR is beyond the %u address bits of EL2\n", res, walk->ipa_bits);
		return -ERANGE;
	}
	if (boot->nr_ram == PKVM_MAX_RAM_RANGES) {
		pr_err("more than %u ranges of RAM in /proc/iomem\n", PKVM_MAX_RAM_RANGES);
		return -E2BIG;
	}
	boot->ram[boot->nr_ram++] = (struct pkvm_ram_range){ .base = base, .size = end - base };
	return 0;
}

int el2_resources_ram(struct pkvm_boot *boot, unsigned int ipa_bits)
{
	struct ram_walk walk = { .boot = boot, .ipa_bits = ipa_bits };

	return walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY, 0, -1,
				   &walk, add_ram);
}

struct slot_walk {
	u64 last;		/* slot of the address space */
	DECLARE_BITMAP(seen, MAX_SLOTS);
};

static int add_slots(struct resource *res, void *arg)
{
	struct slot_walk *walk = arg;
	u64 first = res->start >> SLOT_SHIFT;
	u64 last = min_t(u64, res->end >> SLOT_SHIFT, walk->last);

	if (first <= last)
		bitmap_set(walk->seen, first, last - first + 1);
	return 0;
}

/* Of any kind: what the walks begin with is whatever has an address. */
static void walk_all(void *arg, int (*func)(struct resource *res, void *arg))
{
	walk_iomem_res_desc(IORES_DESC_NONE, IORESOURCE_MEM, 0, -1, arg, func);
}

unsigned int el2_resources_slots(unsigned int ipa_bits)
{
	struct slot_walk walk = { .last = (BIT_ULL(ipa_bits) - 1) >> SLOT_SHIFT };

	walk_all(&walk, add_slots);
	return bitmap_weight(walk.seen, MAX_SLOTS);
}

struct map_walk {
	struct el2_stage2 *tables;
	int err;
};

static int map_resource(struct resource *res, void *arg)
{
	struct map_walk *walk = arg;

	if (!el2_stage2_map(walk->tables, res->start, resource_size(res)))
		walk->err = -ENOSPC;
	return walk->err;
}

int el2_resources_map(struct el2_stage2 *t)
{
	struct map_walk walk = { .tables = t };

	walk_all(&walk, map_resource);
	return walk.err;
}
