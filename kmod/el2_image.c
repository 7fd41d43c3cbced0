// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the EL2 image. The block it hands over holds, in this order: the image,
 * the boot record, stack and data page of each CPU, page tables, the host's stage-2 tables.
 *
 * At EL2 the block appears as
 *	image	text read-execute, constants read-only, data read-write
 *	boot	read-only
 *	CPUs	guard page, stack, data, windows (image.h), for each possible CPU
 * and the image's first page once more at its physical address, for the moment in
 * which the MMU is turned on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/elf.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/string.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include <pkvm/boot.h>
#include <pkvm/image.h>
#include <pkvm/pte.h>
#include <pkvm/stage2.h>

#include "el2_image.h"
#include "el2_resources.h"
#include "el2_stage2.h"
#include "el2_tables.h"
#include "memcache.h"

extern const u8 pkvm_image[], pkvm_image_end[];

/* The image's offset in its VA slot: a null pointer is never mapped. */
#define IMAGE_VA_OFFSET		(2UL << 20)

/* Tables besides the image's last: root, identity map (3), image's upper two, vmemmap (1 + 3). */
#define FIXED_TABLES		10

/* SCTLR_EL2: the bits that are RES1 in Armv8.0; MMU, caches, stack alignment check, W^X. */
#define EL2_SCTLR_RES1		0x30c50830UL
#define EL2_SCTLR		(EL2_SCTLR_RES1 | BIT(0) | BIT(2) | BIT(3) | BIT(12) | BIT(19))

/* TCR_EL2: RES1 bits, 48-bit VA, 4 KiB granule, inner shareable write-back walks. */
#define EL2_TCR_RES1		(BIT(31) | BIT(23))
#define EL2_TCR			(EL2_TCR_RES1 | 3UL << 12 | 1UL << 10 | 1UL << 8 | 16UL)
#define EL2_TCR_PS_SHIFT	16
#define PA_RANGE_48_BITS	5UL

/* VTCR_EL2: as TCR_EL2, 8-bit VMID, no hardware updates of access flag and dirty state. */
#define VTCR_RES1		BIT(31)
#define VTCR_WALKS		(3UL << 12 | 1UL << 10 | 1UL << 8)
#define VTCR_PS_SHIFT		16
#define VTCR_SL0(start_level)	((2UL - (start_level)) << 6)

/* Offsets into the block and sizes, all in pages. */
struct layout {
	unsigned int image;	/* pages of the image, which comes first */
	unsigned int cpus;	/* where the CPUs' pages begin: two for each */
	unsigned int tables;	/* where the tables begin */
	unsigned int stage2;	/* where the host's stage-2 tables begin */
	unsigned int total;
	u64 image_va;		/* addresses at EL2, within the half */
	u64 boot_va;
	u64 cpu_va;
};

struct loader {
	struct layout at;
	u8 *mem;
	phys_addr_t pa;
	struct pkvm_image_header *header;
	struct pkvm_boot *boot;
	struct el2_tables tables;
	struct el2_stage2 stage2;
};

static const Elf64_Ehdr *image_ehdr(void)
{
	return (const Elf64_Ehdr *)pkvm_image;
}

static const Elf64_Phdr *image_phdrs(void)
{
	return (const Elf64_Phdr *)(pkvm_image + image_ehdr()->e_phoff);
}

/* The image was built with this module; this finds a damaged file, not a hostile one. */
static int check_image(void)
{
	const Elf64_Ehdr *ehdr = image_ehdr();
	const struct pkvm_image_header *header;

	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) || ehdr->e_machine != EM_AARCH64 ||
	    ehdr->e_type != ET_DYN || ehdr->e_phentsize != sizeof(Elf64_Phdr))
		return -ENOEXEC;
	header = (const void *)(pkvm_image + image_phdrs()[0].p_offset);
	if (header->magic != PKVM_IMAGE_MAGIC || header->abi_version != PKVM_ABI_VERSION)
		return -ENOEXEC;
	return 0;
}

/* What all CPUs can address: of this one's own they may have less, and a table for it is no use. */
static u64 pa_range(void)
{
	return min(read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1) & 0xf, PA_RANGE_48_BITS);
}

/* Of the host: all that the CPU can address and EL2 can handle. */
static unsigned int ipa_bits(void)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, PKVM_PA_BITS };

	return bits[pa_range()];
}

/* As the host has no smaller pages, no part of its last one is left out. */
static unsigned int whole(unsigned int pages)
{
	return ALIGN(pages, PKVM_HYP_PER_HOST);
}

/* The pages for the host's stage-2 behind total others, all of which it is not to reach. */
static unsigned int stage2_pages(unsigned int total)
{
	unsigned int slots = el2_resources_slots(ipa_bits());
	unsigned int more = PKVM_S2_SPARE_TABLES + PKVM_S2_LAZY_TABLES;
	unsigned int pages = more;
	unsigned int i;

	/* The tables for the block that they lie in are part of it: the second look knows all. */
	for (i = 0; i < 2; i++)
		pages = el2_stage2_pages(ipa_bits(), slots, whole(total + pages)) + more;
	return pages;
}

static void lay_out(struct layout *at)
{
	const Elf64_Phdr *phdr = image_phdrs();
	unsigned int i;
	u64 end = 0;

	for (i = 0; i < image_ehdr()->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD)
			end = max(end, phdr[i].p_vaddr + phdr[i].p_memsz);
	at->image = DIV_ROUND_UP_ULL(end, PKVM_PAGE_SIZE);
	at->cpus = at->image + 1;
	at->tables = at->cpus + 2 * nr_cpu_ids;

	at->image_va = PKVM_VA_IMAGE + IMAGE_VA_OFFSET;
	at->boot_va = at->image_va + at->image * PKVM_PAGE_SIZE;
	at->cpu_va = ALIGN(at->boot_va + PKVM_PAGE_SIZE, BIT_ULL(PKVM_CPU_SHIFT));
	end = at->cpu_va + ((u64)nr_cpu_ids << PKVM_CPU_SHIFT);
	at->stage2 = at->tables + FIXED_TABLES + DIV_ROUND_UP_ULL(end - at->image_va, SZ_2M);
	/* The root's alignment; the block's own is its size rounded up to a power of two. */
	at->stage2 = ALIGN(at->stage2, pkvm_s2_root_pages(ipa_bits()));
	at->total = whole(at->stage2 + stage2_pages(at->stage2));
}

static void copy_segments(struct loader *l)
{
	const Elf64_Phdr *phdr = image_phdrs();
	unsigned int i;

	for (i = 0; i < image_ehdr()->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD)
			memcpy(l->mem + phdr[i].p_vaddr, pkvm_image + phdr[i].p_offset,
			       phdr[i].p_filesz);
}

/* Position independent code leaves only pointers in data to relocate (linked with -z text). */
static int relocate(struct loader *l)
{
	const Elf64_Phdr *phdr = image_phdrs();
	u64 base = l->tables.va_base + l->at.image_va;
	u64 rela = 0, size = 0;
	const Elf64_Dyn *dyn;
	unsigned int i;

	for (i = 0; i < image_ehdr()->e_phnum; i++)
		if (phdr[i].p_type == PT_DYNAMIC)
			break;
	if (i == image_ehdr()->e_phnum)
		return -ENOEXEC;
	for (dyn = (const void *)(pkvm_image + phdr[i].p_offset); dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_RELA)
			rela = dyn->d_un.d_ptr;
		else if (dyn->d_tag == DT_RELASZ)
			size = dyn->d_un.d_val;
	}
	for (i = 0; i < size / sizeof(Elf64_Rela); i++) {
		const Elf64_Rela *r = (const Elf64_Rela *)(l->mem + rela) + i;

		if (ELF64_R_TYPE(r->r_info) != R_AARCH64_RELATIVE ||
		    r->r_offset + sizeof(u64) > l->at.image * PKVM_PAGE_SIZE)
			return -ENOEXEC;
		*(u64 *)(l->mem + r->r_offset) = base + r->r_addend;
	}
	return 0;
}

/* Kernels before 6.13 know nothing of it. */
static u64 boot_flags(void)
{
#ifdef ARM64_MPAM
	if (cpus_have_cap(ARM64_MPAM))
		return PKVM_BOOT_MPAM;
#endif
	return 0;
}

static int fill_boot(struct loader *l, u64 heap_size)
{
	struct pkvm_boot *boot = l->boot;

	boot->va_base = l->tables.va_base;
	boot->image_va = boot->va_base + l->at.image_va;
	boot->heap_size = heap_size;
	get_random_bytes(boot->heap_key, sizeof(boot->heap_key));
	boot->boot_pages = l->at.total;
	boot->boot_pa = l->pa;
	boot->boot_size = l->at.total * PKVM_PAGE_SIZE;
	boot->nr_cpus = nr_cpu_ids;
	boot->flags = boot_flags();
	boot->s2_ipa_bits = l->stage2.ipa_bits;
	boot->s2_root = l->stage2.pa;
	return el2_resources_ram(boot, l->stage2.ipa_bits);
}

/* The segments of the image, each with its own permissions. */
static int map_image(struct loader *l)
{
	const Elf64_Phdr *phdr = image_phdrs();
	u64 base = l->tables.va_base + l->at.image_va;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < image_ehdr()->e_phnum && !ret; i++) {
		u64 descriptor = PKVM_PTE_PAGE_RO;

		if (phdr[i].p_type != PT_LOAD)
			continue;
		if (phdr[i].p_flags & PF_X)
			descriptor = PKVM_PTE_PAGE_RX;
		else if (phdr[i].p_flags & PF_W)
			descriptor = PKVM_PTE_PAGE_RW;
		ret = el2_tables_map(&l->tables, base + phdr[i].p_vaddr, l->pa + phdr[i].p_vaddr,
				     DIV_ROUND_UP(phdr[i].p_memsz, PKVM_PAGE_SIZE), descriptor);
	}
	return ret;
}

static int map_cpu(struct loader *l, unsigned int cpu)
{
	u64 va = l->tables.va_base + l->at.cpu_va + ((u64)cpu << PKVM_CPU_SHIFT);
	phys_addr_t pa = l->pa + (l->at.cpus + 2 * cpu) * PKVM_PAGE_SIZE;

	return el2_tables_map(&l->tables, va + PKVM_CPU_STACK, pa, 2, PKVM_PTE_PAGE_RW) ?:
	       el2_tables_map(&l->tables, va + PKVM_CPU_FIXMAP, 0, 1, 0);
}

static int build_tables(struct loader *l)
{
	unsigned int cpu;
	int ret;

	ret = map_image(l) ?:
	      el2_tables_map(&l->tables, l->pa, l->pa, 1, PKVM_PTE_PAGE_RX) ?:
	      el2_tables_map(&l->tables, l->tables.va_base + l->at.boot_va,
			     l->pa + l->at.image * PKVM_PAGE_SIZE, 1, PKVM_PTE_PAGE_RO) ?:
	      el2_tables_map_zero(&l->tables, l->tables.va_base + PKVM_VA_VMEMMAP,
				  BIT_ULL(PKVM_PA_BITS - PKVM_PAGE_SHIFT + 1), l->boot->zero_pa);
	for (cpu = 0; cpu < nr_cpu_ids && !ret; cpu++)
		ret = map_cpu(l, cpu);
	return ret;
}

/* All that the resource tree names, less what EL2 is loaded into. */
static int build_stage2(struct loader *l)
{
	struct el2_stage2 *t = &l->stage2;
	int ret;

	if (!el2_stage2_init(t))
		return -ENOSPC;
	ret = el2_resources_map(t);
	if (ret)
		return ret;
	if (!el2_stage2_cut(t, l->pa, l->at.total))
		return -ENOSPC;
	l->boot->s2_lazy = el2_stage2_take(t, PKVM_S2_LAZY_TABLES);
	l->boot->s2_spare = el2_stage2_take(t, PKVM_S2_SPARE_TABLES);
	return l->boot->s2_lazy && l->boot->s2_spare ? 0 : -ENOSPC;
}

static u64 tcr_el2(void)
{
	return EL2_TCR | pa_range() << EL2_TCR_PS_SHIFT;
}

static u64 vtcr_el2(void)
{
	return VTCR_RES1 | VTCR_WALKS | pa_range() << VTCR_PS_SHIFT |
	       VTCR_SL0(pkvm_s2_start_level(ipa_bits())) | (64 - ipa_bits());
}

static void fill_header(struct loader *l)
{
	struct pkvm_image_header *header = l->header;

	header->ttbr0 = virt_to_phys(l->tables.root);
	header->tcr = tcr_el2();
	header->mair = PKVM_MAIR_EL2;
	header->sctlr = EL2_SCTLR;
	header->image_pa = l->pa;
	header->cpu_va = l->tables.va_base + l->at.cpu_va;
	header->boot_va = l->tables.va_base + l->at.boot_va;
	header->virt_entry += l->tables.va_base + l->at.image_va;
	header->vtcr = vtcr_el2();
	header->vttbr = l->stage2.pa;	/* VMID 0 */
}

/*
 * EL2 starts with its MMU off and reads what is in memory, not what is in a cache (Arm ARM
 * B2, mismatched memory attributes); what it executes must not be stale in any instruction
 * cache.
 */
static void clean_to_poc(const void *mem, size_t size)
{
	/* The smallest of any CPU's caches. */
	u64 line = 4UL << (read_sanitised_ftr_reg(SYS_CTR_EL0) >> 16 & 0xf);
	u64 va = (u64)mem & ~(line - 1);

	for (; va < (u64)mem + size; va += line)
		asm volatile("dc civac, %0" : : "r" (va) : "memory");
	dsb(sy);
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

static int build(struct loader *l, u64 heap_size)
{
	int ret;

	l->pa = virt_to_phys(l->mem);
	if (l->pa + l->at.total * PKVM_PAGE_SIZE > BIT_ULL(PKVM_PA_BITS)) {
		pr_err("memory at %pa is beyond the %u address bits of EL2\n", &l->pa,
		       PKVM_PA_BITS);
		return -ERANGE;
	}
	l->header = (struct pkvm_image_header *)l->mem;
	l->boot = (struct pkvm_boot *)(l->mem + l->at.image * PKVM_PAGE_SIZE);
	l->tables = (struct el2_tables){
		.mem = l->mem + l->at.tables * PKVM_PAGE_SIZE,
		.pa = l->pa + l->at.tables * PKVM_PAGE_SIZE,
		.nr = l->at.stage2 - l->at.tables,
	};
	l->stage2 = (struct el2_stage2){
		.mem = l->mem + l->at.stage2 * PKVM_PAGE_SIZE,
		.pa = l->pa + l->at.stage2 * PKVM_PAGE_SIZE,
		.nr = l->at.total - l->at.stage2,
		.ipa_bits = ipa_bits(),
	};
	copy_segments(l);
	ret = el2_tables_init(&l->tables, l->pa) ?:
	      relocate(l) ?:
	      fill_boot(l, heap_size) ?:
	      build_tables(l) ?:
	      build_stage2(l);
	if (ret)
		return ret;
	fill_header(l);
	clean_to_poc(l->mem, l->at.total * PKVM_PAGE_SIZE);
	return 0;
}

/* For readers of all memory, as donated pages are (memcache.c). */
static void mark_offline(const struct el2_image *image)
{
	struct page *page = virt_to_page(image->mem);
	unsigned long i;

	for (i = 0; i < image->size / PAGE_SIZE; i++)
		__SetPageOffline(page + i);
}

static void unmark_offline(const struct el2_image *image)
{
	struct page *page = virt_to_page(image->mem);
	unsigned long i;

	for (i = 0; i < image->size / PAGE_SIZE; i++)
		__ClearPageOffline(page + i);
}

int el2_image_load(struct el2_image *image, u64 heap_size)
{
	struct loader l = {};
	size_t size;
	int ret;

	ret = check_image();
	if (ret)
		return ret;
	lay_out(&l.at);
	size = l.at.total * PKVM_PAGE_SIZE;
	l.mem = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!l.mem) {
		pr_err("no %zu KiB of contiguous memory for EL2's image and stacks on %u CPUs\n",
		       size / SZ_1K, nr_cpu_ids);
		return -ENOMEM;
	}
	ret = build(&l, heap_size);
	if (ret) {
		free_pages_exact(l.mem, size);
		return ret;
	}
	*image = (struct el2_image){
		.mem = l.mem,
		.size = size,
		.entry = l.pa + l.header->entry_offset,
	};
	mark_offline(image);
	return 0;
}

void el2_image_free(struct el2_image *image)
{
	unmark_offline(image);
	memzero_explicit(image->mem, image->size);
	free_pages_exact(image->mem, image->size);
	image->mem = NULL;
}
