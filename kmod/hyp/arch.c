// SPDX-License-Identifier: GPL-2.0-only
/* arch.h over the CPU: self-mapped tables, TLB maintenance, the fixmap window, page clearing. */
#include <pkvm/boot.h>
#include <pkvm/image.h>
#include <pkvm/pte.h>

#include "arch.h"
#include "cpu.h"
#include "sysreg.h"
#include "workaround.h"

#define VA_MASK		(BIT(48) - 1)

/* Beyond so many pages one full invalidation is cheaper than one by address for each. */
#define TLBI_MAX_PAGES	64

static u64 self_slot(void)
{
	const struct pkvm_boot *boot = (const struct pkvm_boot *)image_header.boot_va;

	return (boot->va_base >> 39) + PKVM_VA_SELF_SLOT;
}

/*
 * Each step through the self slot shifts the walk by a level: once, and the
 * level 3 tables appear as pages; three times more, and the root itself does.
 */
u64 *arch_pte(u64 va, unsigned int level)
{
	u64 slot = self_slot();
	u64 base = 0;
	unsigned int i;

	for (i = 0; i <= 3 - level; i++)
		base |= slot << (39 - 9 * i);
	return (u64 *)(base + ((va & VA_MASK) >> (39 - 9 * level)) * sizeof(u64));
}

void arch_pte_sync(void)
{
	dsb(ishst);
	isb();
}

/* Completes what has been invalidated, and the accesses that went by it. */
static void tlbi_sync(void)
{
	dsb(ish);
	if (unlikely(READ_ONCE(workaround_tlbi_twice))) {
		asm volatile("tlbi vale2is, xzr" : : : "memory");
		dsb(ish);
	}
	isb();
}

static void tlbi_page(u64 va)
{
	asm volatile("tlbi vae2is, %0" : : "r" (va >> HYP_PAGE_SHIFT) : "memory");
}

void arch_tlbi(u64 va, u64 nr_pages)
{
	u64 last = va + (nr_pages - 1) * HYP_PAGE_SIZE;
	unsigned int level;

	dsb(ishst);
	if (nr_pages > TLBI_MAX_PAGES) {
		asm volatile("tlbi alle2is" : : : "memory");
	} else {
		/* So short a range has at most two tables of each level. */
		for (level = 1; level <= 3; level++) {
			tlbi_page((u64)arch_pte(va, level));
			tlbi_page((u64)arch_pte(last, level));
		}
		for (; va <= last; va += HYP_PAGE_SIZE)
			tlbi_page(va);
	}
	tlbi_sync();
}

static void tlbi_leaf(u64 va)
{
	dsb(ishst);
	asm volatile("tlbi vale2is, %0" : : "r" (va >> HYP_PAGE_SHIFT) : "memory");
	tlbi_sync();
}

/*
 * No other CPU ever uses this address, but each may translate it speculatively, and
 * would then see the entry change without a break (Arm ARM, break-before-make): so
 * all are told.
 */
void arch_fixmap_put(void)
{
	struct hyp_cpu *cpu = this_cpu();

	WRITE_ONCE(*cpu->fixmap_pte, 0);
	tlbi_leaf(cpu_fixmap(cpu));
}

void *arch_fixmap(phys_addr_t pa)
{
	struct hyp_cpu *cpu = this_cpu();

	/* A panic may have left it open. */
	if (unlikely(*cpu->fixmap_pte))
		arch_fixmap_put();
	WRITE_ONCE(*cpu->fixmap_pte, pa | PKVM_PTE_PAGE_RW);
	arch_pte_sync();
	return (void *)cpu_fixmap(cpu);
}

/* As a fixmap window, with the same break-before-make, but it stays. */
u64 *arch_s2_window(phys_addr_t table, unsigned int level)
{
	struct hyp_cpu *cpu = this_cpu();
	u64 va = cpu_s2_window(cpu, level);
	u64 *pte = cpu->fixmap_pte + ((va - cpu_fixmap(cpu)) >> HYP_PAGE_SHIFT);
	u64 new = table | PKVM_PTE_PAGE_RW;

	if (*pte != new) {
		WRITE_ONCE(*pte, 0);
		tlbi_leaf(va);
		WRITE_ONCE(*pte, new);
		arch_pte_sync();
	}
	return (u64 *)va;
}

void arch_s2_tlbi(u64 ipa)
{
	dsb(ishst);
	asm volatile("tlbi ipas2e1is, %0" : : "r" (ipa >> HYP_PAGE_SHIFT) : "memory");
}

void arch_s2_tlbi_all(void)
{
	dsb(ishst);
	asm volatile("tlbi vmalls12e1is" : : : "memory");
}

/* What combines both stages is found by its VA only, which nobody knows: all of it goes. */
void arch_s2_tlbi_sync(void)
{
	dsb(ish);
	asm volatile("tlbi vmalle1is" : : : "memory");
	tlbi_sync();
}

/*
 * Of all VMIDs: to reach one alone, its VTTBR would have to be loaded, and the host's own
 * stage 1 could be walked speculatively with it.
 */
void arch_guest_tlbi(void)
{
	dsb(ishst);
	asm volatile("tlbi alle1is" : : : "memory");
	tlbi_sync();
}

/* The mask depends on the comparison's data, not on a prediction; HINT #20 is CSDB. */
u64 arch_index_nospec(u64 index, u64 size)
{
	u64 mask;

	asm volatile("cmp %1, %2\n"
		     "sbc %0, xzr, xzr\n"
		     "hint #20" : "=r" (mask) : "r" (index), "r" (size) : "cc", "memory");
	return index & mask;
}

u32 arch_cpu(void)
{
	return this_cpu()->number;
}

/* Not before what comes before it in the program, which the event is about. */
u64 arch_counter(void)
{
	isb();
	return read_sysreg(cntpct_el0);
}

struct trace_ring *arch_trace_ring(void)
{
	return &this_cpu()->trace;
}

static void zero_page_by_stores(u64 va)
{
	u64 end = va + HYP_PAGE_SIZE;

	for (; va < end; va += 16)
		asm volatile("stp xzr, xzr, [%0]" : : "r" (va) : "memory");
}

/* DC ZVA clears DCZID_EL0.BS words at once, at most 2 KiB, unless DZP forbids it. */
void arch_zero_page(void *page)
{
	u64 dczid = read_sysreg(dczid_el0);
	u64 step = UINT64_C(4) << (dczid & 0xf);
	u64 va = (u64)page;
	u64 end = va + HYP_PAGE_SIZE;

	if (dczid & BIT(4)) {
		zero_page_by_stores(va);
		return;
	}
	for (; va < end; va += 2 * step)
		asm volatile("dc zva, %0\n"
			     "dc zva, %1" : : "r" (va), "r" (va + step) : "memory");
}

/* A line at a time, of the smallest that any cache has: CTR_EL0.DminLine, in words. */
void arch_scrub_page(void *page)
{
	u64 line = UINT64_C(4) << (read_sysreg(ctr_el0) >> 16 & 0xf);
	u64 va = (u64)page;
	u64 end = va + HYP_PAGE_SIZE;

	arch_zero_page(page);
	/* Some CPUs clean by address only if they invalidate as well (Cortex-A53, 819472). */
	for (; va < end; va += line)
		asm volatile("dc civac, %0" : : "r" (va) : "memory");
	dsb(sy);
}
