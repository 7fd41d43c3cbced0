/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's resource tree (/proc/iomem), as EL2 has to know it. */
#ifndef PKVM_KMOD_EL2_RESOURCES_H
#define PKVM_KMOD_EL2_RESOURCES_H

#include <pkvm/boot.h>

#include "el2_stage2.h"

/*
 * Enters all RAM into the boot record. Returns 0, -E2BIG if there are more ranges
 * than it holds, -ERANGE if there is RAM that the host's stage-2 of ipa_bits cannot
 * reach; says so in the kernel log. Process context, as for the others.
 */
int el2_resources_ram(struct pkvm_boot *boot, unsigned int ipa_bits);

/* Slots of 512 GiB, within an address space of ipa_bits, that the tree names anything in. */
unsigned int el2_resources_slots(unsigned int ipa_bits);

/* Maps what the tree names, RAM and devices alike. 0, or -ENOSPC when the pages are used up. */
int el2_resources_map(struct el2_stage2 *t);

#endif
