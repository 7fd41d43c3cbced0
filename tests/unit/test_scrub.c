// SPDX-License-Identifier: GPL-2.0-or-later
/* What is left to be seen in RAM when EL2 is given up with all that it holds. */
#include <string.h>

#include "../../kmod/hyp/page.h"
#include "../../kmod/hyp/scrub.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"

#define GPA	UINT64_C(0x80000000)
#define SECRET	0x5e

static struct host_regs regs;

static void call(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	struct host_regs args = { .x = { PKVM_HCALL_ID(nr), a1, a2, a3, a4 } };

	ck_assert_int_eq(host_call_args_req(&regs, &args, NULL), 0);
}

/* A page of the host's with a secret, which becomes a guest's, or is only shared with it. */
static phys_addr_t give(enum pkvm_hcall_nr nr, u64 vm, u64 gpa)
{
	phys_addr_t pa = host_alloc();

	memset(arch_env_page(pa), SECRET, HYP_PAGE_SIZE);
	call(nr, vm, pa, gpa, 1);
	return pa;
}

static bool is_secret(phys_addr_t pa)
{
	const u8 *page = arch_env_page(pa);

	return page[0] == SECRET && !memcmp(page, page + 1, HYP_PAGE_SIZE - 1);
}

/* Pages of the heaps, and those among them with anything in them. */
static u64 heap_pages(u64 *ret_filled)
{
	u64 nr = 0;

	*ret_filled = 0;
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);

		if (__page_stored_state(pa) != PAGE_HEAP)
			continue;
		nr++;
		*ret_filled += !arch_env_is_zero(pa, 0);
	}
	return nr;
}

/* Twice: with the heap as it is, and with one of which not a single header makes sense. */
START_TEST(secrets_go_and_the_rest_stays)
{
	phys_addr_t own, borrowed, shared = host_alloc();
	u64 filled, vm, nr;

	memset(arch_env_page(shared), SECRET, HYP_PAGE_SIZE);
	call(PKVM_HCALL_SHARE_HYP, shared, 1, 0, 0);
	call(PKVM_HCALL_VM_CREATE, 8, 0, 0, 0);
	vm = regs.x[2];
	call(PKVM_HCALL_VCPU_CREATE, vm, 0, 0, 0);
	own = give(PKVM_HCALL_GUEST_DONATE, vm, GPA);
	borrowed = give(PKVM_HCALL_GUEST_SHARE, vm, GPA + HYP_PAGE_SIZE);
	if (_i)
		memset((void *)(arch_env.boot.va_base + PKVM_VA_HEAP), SECRET, HYP_PAGE_SIZE);
	nr = heap_pages(&filled);
	ck_assert_uint_gt(filled, 0);
	ck_assert(is_secret(own));

	scrub_all();
	ck_assert_uint_eq(heap_pages(&filled), nr);
	ck_assert_uint_eq(filled, 0);
	ck_assert(arch_env_is_zero(own, 0));
	ck_assert(is_secret(borrowed));
	ck_assert(is_secret(shared));
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_loop_test(tcase, secrets_go_and_the_rest_stays, 0, 2);
	return hyp_suite_run("scrub", tcase);
}
