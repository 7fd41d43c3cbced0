// SPDX-License-Identifier: GPL-2.0-or-later
/* An auditor of EL2's memory: it reads RAM only, except for the state under test. */
#include "mm_check.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kmod/hyp/heap.h"
#include "../../../kmod/hyp/init.h"
#include "../../../kmod/hyp/page.h"
#include "../../../kmod/hyp/pte.h"
#include "../../../kmod/hyp/selftest.h"
#include "../../../kmod/hyp/stock.h"
#include "arch_env.h"
#include "host.h"

struct audit {
	u8 *use;			/* enum page_state by page number */
	u64 totals[PAGE_STATES];
};

static const u64 *table_at(phys_addr_t pa)
{
	return arch_env_page(pa);
}

/* Each page has one use. */
static void use_page(struct audit *audit, phys_addr_t pa, enum page_state state)
{
	u8 *use = &audit->use[arch_env_page_index(pa)];

	if (*use != PAGE_HOST)
		ck_abort_msg("page %#lx is used as %d and as %d", (unsigned long)pa, *use, state);
	*use = state;
	audit->totals[state]++;
}

static bool is_zero_page(phys_addr_t pa)
{
	for (unsigned int i = 0; i < 3; i++)
		if (arch_env.boot.zero_pa[i] == pa)
			return true;
	return false;
}

/* A page of the vmemmap lies on the path to its own entry. */
static void audit_vmemmap(struct audit *audit, phys_addr_t table, unsigned int level, u64 va)
{
	u64 base = arch_env.boot.va_base + PKVM_VA_VMEMMAP;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++, va += PTE_SPAN(level)) {
		u64 pte = table_at(table)[i];
		u64 entry = base + (pte_pa(pte) >> HYP_PAGE_SHIFT) * 2;

		if (!pte_is_valid(pte) || is_zero_page(pte_pa(pte)))
			continue;
		use_page(audit, pte_pa(pte), PAGE_VMEMMAP);
		ck_assert_uint_eq(ALIGN_DOWN(entry, PTE_SPAN(level)), va);
		if (level < PTE_LAST_LEVEL)
			audit_vmemmap(audit, pte_pa(pte), level + 1, va);
	}
}

static void audit_table(struct audit *audit, phys_addr_t table, unsigned int level)
{
	unsigned int valid = 0;

	for (unsigned int i = 0; i < PTE_ENTRIES; i++) {
		u64 pte = table_at(table)[i];

		if (!pte_is_valid(pte))
			continue;
		valid++;
		use_page(audit, pte_pa(pte), level == PTE_LAST_LEVEL ? PAGE_HEAP : PAGE_TABLE);
		if (level < PTE_LAST_LEVEL)
			audit_table(audit, pte_pa(pte), level + 1);
	}
	ck_assert_uint_gt(valid, 0);
	ck_assert_uint_eq(__page_count_add(table, 0), valid);
}

/* By region: below the root its tables are its own. */
static void audit_region(struct audit *audit, u64 offset)
{
	u64 va = arch_env.boot.va_base + offset;
	u64 pte = table_at(arch_env.root)[va >> PTE_SHIFT(0) & (PTE_ENTRIES - 1)];

	if (offset == PKVM_VA_VMEMMAP) {
		audit_vmemmap(audit, pte_pa(pte), 1, va);
	} else if (pte_is_valid(pte)) {
		use_page(audit, pte_pa(pte), PAGE_TABLE);
		audit_table(audit, pte_pa(pte), 1);
	}
}

static void audit_stock(struct audit *audit)
{
	phys_addr_t pa = __stock()->head;
	u64 nr = __page_total(PAGE_STOCK);

	for (; nr; nr--) {
		use_page(audit, pa, PAGE_STOCK);
		ck_assert(arch_env_is_clean(pa));
		pa = table_at(pa)[0];
	}
	ck_assert_uint_eq(pa, PKVM_LIST_END);
	ck_assert_uint_eq(__stock()->reserved, 0);
	ck_assert_uint_le(__stock()->credited, __page_total(PAGE_STOCK));
}

static void audit_pages(const struct audit *audit)
{
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);
		bool donated = host_page_state(pa) == HOST_DONATED;

		if (host_page_state(pa) == HOST_BOOT)
			continue;
		if (__page_state(pa) != audit->use[i] || donated != (audit->use[i] != PAGE_HOST))
			ck_abort_msg("page %#lx: state %d, used as %d, %s", (unsigned long)pa,
				     __page_state(pa), audit->use[i],
				     donated ? "donated" : "the host's");
	}
}

static void audit_counters(const struct audit *audit, u64 mapped)
{
	struct pkvm_heap_stats heap, selftest;
	struct pkvm_mem_stats mem;

	mm_stats(&mem);
	heap_stats(&main_heap, &heap);
	heap_stats(&selftest_heap, &selftest);
	ck_assert_uint_eq(mem.stock, audit->totals[PAGE_STOCK]);
	ck_assert_uint_eq(mem.heap, audit->totals[PAGE_HEAP]);
	ck_assert_uint_eq(mem.heap, mapped + ((heap.mapped + selftest.mapped) >> HYP_PAGE_SHIFT));
	ck_assert_uint_eq(mem.tables, audit->totals[PAGE_TABLE]);
	ck_assert_uint_eq(mem.vmemmap_pages, audit->totals[PAGE_VMEMMAP]);
	ck_assert_uint_eq(mem.owned,
			  mem.boot + mem.stock + mem.heap + mem.tables + mem.vmemmap_pages);
	ck_assert_uint_eq(mem.owned, mem.boot + host_donated());
	ck_assert_uint_eq(mem.owned, mem.boot + mem.topped_up - mem.reclaimed);
}

void mm_check_mapped(u64 nr)
{
	struct audit audit = { .use = calloc(arch_env.nr_pages, 1) };
	u64 offset;

	audit_region(&audit, PKVM_VA_VMEMMAP);
	audit_region(&audit, PKVM_VA_HEAP);
	audit_region(&audit, PKVM_VA_SELFTEST);
	audit_stock(&audit);
	audit_pages(&audit);
	audit_counters(&audit, nr);
	free(audit.use);
	ck_assert_int_eq(heap_check(&main_heap, &offset), PKVM_CHECK_OK);
	ck_assert_int_eq(heap_check(&selftest_heap, &offset), PKVM_CHECK_OK);
}

void mm_check(void)
{
	mm_check_mapped(0);
}
