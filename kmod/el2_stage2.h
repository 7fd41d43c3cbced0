/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's first stage-2 tables, built by the loader in memory that it hands over
 * with them. Nothing of Linux is used: native tests start EL2 from the same tables.
 */
#ifndef PKVM_KMOD_EL2_STAGE2_H
#define PKVM_KMOD_EL2_STAGE2_H

#include <pkvm/boot.h>
#include <pkvm/stage2.h>

#ifndef __KERNEL__
#include <stddef.h>
#endif

/* Pages set aside for tables, given out one by one; zeroed by the caller. */
struct el2_stage2 {
	uint8_t *mem;		/* aligned to the size of the root, in both address spaces */
	uint64_t pa;
	unsigned int nr;	/* pages */
	unsigned int used;
	unsigned int ipa_bits;	/* 32 to 48 */
};

/*
 * The most pages that are used for an address space of ipa_bits, of which slots of
 * 512 GiB are mapped, and for one cut of nr pages.
 */
unsigned int el2_stage2_pages(unsigned int ipa_bits, unsigned int slots, unsigned int nr);

/* Takes the root from the pages. */
bool el2_stage2_init(struct el2_stage2 *t);

/*
 * Maps every GiB that a range touches, as far as it lies in the address space. Any
 * number of times for the same one, but not after a cut. False when the pages are used up.
 */
bool el2_stage2_map(struct el2_stage2 *t, uint64_t base, uint64_t size);

/* Makes pages that are mapped EL2's, one by one. False when the pages are used up. */
bool el2_stage2_cut(struct el2_stage2 *t, uint64_t pa, unsigned int nr);

/* Takes so many zero pages for another purpose: the first one's address, 0 if there are none. */
uint64_t el2_stage2_take(struct el2_stage2 *t, unsigned int nr);

#endif
