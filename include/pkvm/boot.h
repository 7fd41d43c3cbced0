/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the loader at EL1 hands to the EL2 image, once, before the first CPU
 * enters. The host is trusted until then (CAVEATS.md); EL2 copies nothing later.
 */
#ifndef PKVM_BOOT_H
#define PKVM_BOOT_H

#include <pkvm/hypercall.h>

/*
 * EL2's VA space: 48 bits, in the half (bit 47) in which the identity-mapped
 * entry page does not lie. Every region has root-table slots (512 GiB) of its
 * own, so regions never share a table.
 */
#define PKVM_VA_SLOT		(UINT64_C(1) << 39)
#define PKVM_VA_IMAGE		(0 * PKVM_VA_SLOT)	/* image, per-CPU areas, fixmap */
#define PKVM_VA_VMEMMAP		(1 * PKVM_VA_SLOT)	/* struct hyp_page by page frame number */
#define PKVM_VA_HEAP		(2 * PKVM_VA_SLOT)
#define PKVM_VA_SELFTEST	(3 * PKVM_VA_SLOT)	/* the self-test's small heap */
#define PKVM_VA_SHARED		(4 * PKVM_VA_SLOT)	/* pages of the host's, by place in RAM */
/* the root table's entry that points to itself, within the half */
#define PKVM_VA_SELF_SLOT	255

#define PKVM_SELFTEST_HEAP_SIZE	(UINT64_C(4) << 20)

/* Physical addresses that EL2 handles: 2 bytes for each page fit the vmemmap's slot. */
#define PKVM_PA_BITS		48

#define PKVM_MAX_RAM_RANGES	120

/* Pages of the loader that become tables of the host's stage-2 when there is need. */
#define PKVM_S2_SPARE_TABLES	8	/* for 1 GiB blocks that are split */
#define PKVM_S2_LAZY_TABLES	2	/* for addresses that the resource tree does not name */

/* flags: the kernel uses MPAM, so that firmware does not keep its registers to itself. */
#define PKVM_BOOT_MPAM		(UINT64_C(1) << 0)

struct pkvm_ram_range {
	uint64_t base;		/* page aligned */
	uint64_t size;		/* bytes, page aligned */
};

/* Exactly one page. */
struct pkvm_boot {
	uint64_t va_base;		/* of the half: 0 or 1 << 47 */
	uint64_t image_va;		/* of the image's first byte */
	/* bytes, page aligned, PKVM_HEAP_MIN_SIZE to PKVM_HEAP_MAX_SIZE */
	uint64_t heap_size;
	uint64_t heap_key[2];		/* random: keys the heap's header checks */
	uint64_t boot_pages;		/* that the loader gave, this page included */
	/* vmemmap while nothing is backed: the shared zero page, its level 3 and level 2 table */
	uint64_t zero_pa[3];
	uint64_t boot_pa;		/* the boot pages as one physical range */
	uint64_t boot_size;		/* bytes */
	uint64_t nr_cpus;		/* possible CPUs */
	uint64_t nr_ram;
	uint64_t s2_ipa_bits;		/* the host's stage-2: its address space */
	uint64_t s2_root;		/* its root, pkvm_s2_root_pages() of them */
	uint64_t s2_spare;		/* PKVM_S2_SPARE_TABLES pages, */
	uint64_t s2_lazy;		/* and PKVM_S2_LAZY_TABLES, zero */
	uint64_t flags;			/* PKVM_BOOT_* */
	uint64_t reserved[2];
	struct pkvm_ram_range ram[PKVM_MAX_RAM_RANGES];	/* ascending, disjoint */
	uint8_t pad[4096 - 20 * 8 - PKVM_MAX_RAM_RANGES * 16];
};

PKVM_ABI_ASSERT(sizeof(struct pkvm_boot) == 4096);

#endif
