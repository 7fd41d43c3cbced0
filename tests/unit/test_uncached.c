// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What EL2 and guests held, for a host that reads its pages past the cache: a cache has
 * written them back at the worst moment, just before they are cleared.
 */
#include <string.h>

#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/scrub.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"

#define FAR	UINT64_C(0x140000000)
#define NR	3
#define SECRET	0x5e

static struct host_regs regs;

static bool uncached_is_zero(phys_addr_t pa)
{
	const u64 *page = arch_env_uncached_page(pa);

	for (unsigned int i = 0; i < HYP_PAGE_SIZE / 8; i++)
		if (page[i])
			return false;
	return true;
}

static u64 make_vm(void)
{
	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 1, 0, NULL), 0);
	return regs.x[2];
}

/* Returns a VM with pages of its own, in which it keeps secrets. */
static u64 make_vm_with_secrets(void)
{
	u64 vm = make_vm();
	struct host_regs args = { .x = { PKVM_HCALL_ID(PKVM_HCALL_GUEST_DONATE), vm, FAR, 0, NR } };

	host_alloc_range(FAR, NR);
	ck_assert_int_eq(host_call_args_req(&regs, &args, NULL), 0);
	for (u64 i = 0; i < NR; i++) {
		memset(arch_env_page(FAR + i * HYP_PAGE_SIZE), SECRET, HYP_PAGE_SIZE);
		arch_env_write_back(FAR + i * HYP_PAGE_SIZE);
	}
	return vm;
}

static void guest_pages_are_clear(void)
{
	for (u64 i = 0; i < NR; i++)
		ck_assert(uncached_is_zero(FAR + i * HYP_PAGE_SIZE));
}

/* Fills in the pages of the heap, all written back. Returns how many there are. */
static u64 write_back_heap(phys_addr_t *pages, u64 max)
{
	u64 nr = 0;

	for (u64 i = 0; i < arch_env.nr_pages && nr < max; i++) {
		phys_addr_t pa = arch_env_page_pa(i);

		if (__page_stored_state(pa) != PAGE_HEAP)
			continue;
		arch_env_write_back(pa);
		ck_assert(!uncached_is_zero(pa));
		pages[nr++] = pa;
	}
	ck_assert_uint_ge(nr, 1);
	return nr;
}

START_TEST(guests_leave_nothing)
{
	u64 vm = make_vm_with_secrets();

	host_destroy_vm(vm);
	guest_pages_are_clear();
}
END_TEST

START_TEST(the_heap_leaves_nothing)
{
	u64 vm = make_vm();
	phys_addr_t pages[8];
	u64 nr = write_back_heap(pages, ARRAY_SIZE(pages));

	host_destroy_vm(vm);
	host_reclaim(UINT64_MAX);
	for (u64 i = 0; i < nr; i++) {
		ck_assert_int_eq(host_page_state(pages[i]), HOST_FREE);
		ck_assert(uncached_is_zero(pages[i]));
	}
}
END_TEST

/* The next kernel begins without a cache. */
START_TEST(an_end_of_el2_leaves_nothing)
{
	phys_addr_t pages[8];
	u64 nr;

	make_vm_with_secrets();
	nr = write_back_heap(pages, ARRAY_SIZE(pages));
	scrub_all();
	guest_pages_are_clear();
	for (u64 i = 0; i < nr; i++)
		ck_assert(uncached_is_zero(pages[i]));
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, guests_leave_nothing);
	tcase_add_test(tcase, the_heap_leaves_nothing);
	tcase_add_test(tcase, an_end_of_el2_leaves_nothing);
	return hyp_suite_run("uncached", tcase);
}
