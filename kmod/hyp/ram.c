// SPDX-License-Identifier: GPL-2.0-only
/* The boot record's map of RAM: checked once, then searched for each page that the host offers. */
#include "ram.h"

#include <pkvm/hypercall.h>

#include "errno.h"

/* ID_AA64MMFR0_EL1.PARange begins with it. */
#define IPA_MIN_BITS	32

static const struct pkvm_boot *boot;

/* Bytes in the ranges before each. */
static u64 below[PKVM_MAX_RAM_RANGES];

static bool range_valid(u64 base, u64 size, u64 lowest, u64 limit)
{
	return IS_ALIGNED(base | size, HYP_PAGE_SIZE) && size && base >= lowest &&
	       base < limit && size <= limit - base;
}

int ram_init(const struct pkvm_boot *b)
{
	u64 lowest = 0, limit;

	if (b->s2_ipa_bits < IPA_MIN_BITS || b->s2_ipa_bits > PKVM_PA_BITS)
		return -HYP_EINVAL;
	limit = BIT(b->s2_ipa_bits);
	if (b->nr_ram > PKVM_MAX_RAM_RANGES || !range_valid(b->boot_pa, b->boot_size, 0, limit))
		return -HYP_EINVAL;
	for (u64 i = 0; i < b->nr_ram; i++) {
		if (!range_valid(b->ram[i].base, b->ram[i].size, lowest, limit))
			return -HYP_EINVAL;
		lowest = b->ram[i].base + b->ram[i].size;
		below[i] = i ? below[i - 1] + b->ram[i - 1].size : 0;
	}
	boot = b;
	return 0;
}

/* The last range that does not begin behind pa, NULL if all do. */
static const struct pkvm_ram_range *ram_find(phys_addr_t pa)
{
	u64 low = 0, high = boot->nr_ram;

	while (low < high) {
		u64 mid = (low + high) / 2;

		if (boot->ram[mid].base <= pa)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &boot->ram[low - 1] : NULL;
}

int ram_check(phys_addr_t pa, u64 nr)
{
	const struct pkvm_ram_range *ram;
	u64 size = nr << HYP_PAGE_SHIFT;

	if (!IS_ALIGNED(pa, HYP_PAGE_SIZE))
		return -HYP_EINVAL;
	ram = ram_find(pa);
	if (pa == PKVM_LIST_END || !ram || pa - ram->base >= ram->size ||
	    size > ram->size - (pa - ram->base))
		return -HYP_EFAULT;
	if (pa < boot->boot_pa + boot->boot_size && boot->boot_pa < pa + size)
		return -HYP_EPERM;
	return 0;
}

u64 ram_offset(phys_addr_t pa)
{
	const struct pkvm_ram_range *ram = ram_find(pa);

	return below[ram - boot->ram] + (pa - ram->base);
}
