/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The header at the first byte of the EL2 image. Its page also holds the code
 * that turns EL2's MMU on and off, and is identity-mapped for that. C structs
 * for the loader and the image, offsets for the image's assembly.
 */
#ifndef PKVM_IMAGE_H
#define PKVM_IMAGE_H

#define PKVM_IMAGE_MAGIC	0x324c45206d766b70	/* "pkvm EL2", little endian */

#define HDR_TTBR0		24
#define HDR_TCR			32
#define HDR_MAIR		40
#define HDR_SCTLR		48
#define HDR_IMAGE_PA		56
#define HDR_CPU_VA		64
#define HDR_VIRT_ENTRY		80

/*
 * A CPU's area of EL2 VA space: an unmapped guard page, the stack, the page with
 * struct hyp_cpu, the fixmap window, and a window for the tables of each level of the
 * host's stage-2. Areas follow each other at cpu_va.
 */
#define PKVM_CPU_SHIFT		15
#define PKVM_CPU_STACK		0x1000
#define PKVM_CPU_DATA		0x2000
#define PKVM_CPU_FIXMAP		0x3000
#define PKVM_CPU_S2_WINDOWS	0x4000

#ifndef __ASSEMBLY__
#include <pkvm/hypercall.h>

struct pkvm_image_header {
	uint64_t magic;
	uint64_t abi_version;
	uint64_t entry_offset;	/* where a CPU enters, MMU off; x0: its number */
	/* Filled by the loader. */
	uint64_t ttbr0;
	uint64_t tcr;
	uint64_t mair;
	uint64_t sctlr;
	uint64_t image_pa;
	uint64_t cpu_va;	/* of CPU 0's area */
	uint64_t boot_va;	/* of struct pkvm_boot */
	uint64_t virt_entry;	/* where a CPU goes on, MMU on; an offset until then */
	uint64_t vtcr;		/* of the host */
	uint64_t vttbr;
};

/* The running image's own header; its address is that of the image. */
extern const struct pkvm_image_header image_header;

PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, ttbr0) == HDR_TTBR0);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, tcr) == HDR_TCR);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, mair) == HDR_MAIR);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, sctlr) == HDR_SCTLR);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, image_pa) == HDR_IMAGE_PA);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, cpu_va) == HDR_CPU_VA);
PKVM_ABI_ASSERT(__builtin_offsetof(struct pkvm_image_header, virt_entry) == HDR_VIRT_ENTRY);
#endif

#endif
