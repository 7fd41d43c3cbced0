// SPDX-License-Identifier: GPL-2.0-only
/* What EL2 decides when the host's stage-2 has no translation for an address. */
#include "host_fault.h"

#include "arch.h"
#include "host_s2_entry.h"
#include "mm.h"
#include "panic.h"
#include "trace.h"

/* Violations that are remembered. */
#define RING	16

static struct fault {
	const struct pkvm_boot *boot;
	u64 mapped, raced;
	u64 violations;			/* the number of the next one */
	struct pkvm_violation ring[RING];
	u64 lazy[PKVM_S2_LAZY_TABLES];	/* the 512 GiB that each of these tables serves */
	u64 lazy_used;			/* how often one was needed */
} fault;

void host_fault_init(const struct pkvm_boot *boot)
{
	fault = (struct fault){ .boot = boot };
}

/*
 * A table for 512 GiB of which the resource tree named nothing: the lazy one that has
 * served longest. Nothing is lost with what it maps, all of that comes back on fault.
 */
static void __map_lazy_table(u64 ipa)
{
	unsigned int i = fault.lazy_used % PKVM_S2_LAZY_TABLES;
	phys_addr_t table = fault.boot->s2_lazy + i * HYP_PAGE_SIZE;

	if (fault.lazy_used++ >= PKVM_S2_LAZY_TABLES)
		__s2_break(fault.lazy[i], 0);
	arch_zero_page(arch_s2_window(table, S2_GIB));
	fault.lazy[i] = ALIGN_DOWN(ipa, PTE_SPAN(0));
	__s2_make(ipa, 0, pkvm_s2_table(table, 0));
}

/* Idempotent, so that CPUs may do it at the same time. */
static void map_gib(u64 ipa, u64 *entry)
{
	WRITE_ONCE(*entry, pkvm_s2_plain(ipa, S2_GIB));
	arch_pte_sync();
}

static void __map_hole(u64 ipa)
{
	unsigned int level = 0;

	if (!*__s2_walk(ipa, &level) && !level)
		__map_lazy_table(ipa);
	map_gib(ipa, __s2_entry(ipa, S2_GIB));
	fault.mapped++;
}

/* PKVM_OWNER_HYP and above: whose it is. */
static u64 __resolve(u64 ipa, bool *ret_resolved)
{
	unsigned int level = S2_PAGE;
	u64 entry;

	*ret_resolved = false;
	if (ipa >= s2_limit())
		return PKVM_OWNER_NOBODY;
	entry = *__s2_walk(ipa, &level);
	if (!(entry & PKVM_S2_VALID) && entry)
		return entry >> PKVM_S2_OWNER_SHIFT;
	*ret_resolved = true;
	if (entry) {
		fault.raced++;
	} else {
		HYP_ASSERT(level <= S2_GIB);
		__map_hole(ipa);
	}
	return PKVM_OWNER_NOBODY;
}

bool host_fault(struct pkvm_violation *who)
{
	bool resolved;

	hyp_spin_lock(&mm_lock);
	who->info |= __resolve(who->ipa, &resolved);
	if (!resolved)
		fault.ring[fault.violations++ % RING] = *who;
	hyp_spin_unlock(&mm_lock);
	trace(PKVM_TRACE_HOST_FAULT,
	      ((u32)who->info & ~0xffU) |
		      (resolved ? PKVM_TRACE_FAULT_RESOLVED : PKVM_TRACE_FAULT_VIOLATION),
	      who->ipa, who->pc);
	return resolved;
}

bool host_fault_dead(u64 ipa)
{
	unsigned int level = S2_PAGE;
	u64 *entry, old;

	if (ipa >= s2_limit())
		return false;
	entry = __s2_walk(ipa, &level);
	old = READ_ONCE(*entry);
	if (!old && level == S2_GIB)
		map_gib(ipa, entry);
	return (old & PKVM_S2_VALID) || (!old && level == S2_GIB);
}

unsigned int host_violations(u64 *first, struct pkvm_violation *ret)
{
	u64 from = *first, oldest;
	unsigned int nr;

	hyp_spin_lock(&mm_lock);
	oldest = fault.violations - min_u64(fault.violations, RING);
	if (from < oldest)
		from = oldest;
	from = min_u64(from, fault.violations);
	nr = min_u64(fault.violations - from, PKVM_VIOLATION_ENTRIES);
	for (unsigned int i = 0; i < nr; i++)
		ret[i] = fault.ring[(from + i) % RING];
	hyp_spin_unlock(&mm_lock);
	*first = from + nr;
	return nr;
}

void __host_fault_stats(struct pkvm_page_stats *ret)
{
	ret->faults_mapped = fault.mapped;
	ret->faults_raced = fault.raced;
	ret->violations = fault.violations;
}
