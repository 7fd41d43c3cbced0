// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: the input is a sequence of top-ups, well-formed and not, reclaims,
 * VMs that come and go, pages shared and given to these, events that are traced, and accesses
 * of the host, on a simulated machine. After every few of them all views of who owns what are
 * compared; at the end everything comes back.
 *
 * An operation is three bytes: what, and a 16-bit argument.
 */
#include <stddef.h>
#include <stdint.h>

#include <pkvm/trace.h>

#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/hcall.h"
#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/pte.h"
#include "../unit/fake/arch_env.h"
#include "../unit/fake/host.h"
#include "../unit/fake/mm_check.h"
#include "require.h"

#define MAX_OPS		120
#define OPS_PER_CHECK	16
#define MAX_VMS		3

/* The first RAM: a block that EL2 itself is in, and some that nobody uses. */
#define RAM_BASE	UINT64_C(0x40000000)
#define BLOCK_SIZE	(PTE_ENTRIES * HYP_PAGE_SIZE)
#define WHOLE_BLOCKS	2

static struct host_regs regs;
static u64 vms[MAX_VMS];	/* handles, 0: none */

/* A few GiBs, more than there are spare tables for, and many blocks with parts that are RAM. */
static void start(void)
{
	struct pkvm_ram_range ram[12 + 40] = { { RAM_BASE, (1 + WHOLE_BLOCKS) * BLOCK_SIZE } };

	for (u64 i = 1; i < 12; i++)
		ram[i] = (struct pkvm_ram_range){ (i + 1) << 30, (8 + 20 * i) * HYP_PAGE_SIZE };
	for (u64 i = 12; i < ARRAY_SIZE(ram); i++)
		ram[i] = (struct pkvm_ram_range){ UINT64_C(13) << 30 | i << 21, 7 * HYP_PAGE_SIZE };
	arch_env_start(ram, ARRAY_SIZE(ram));
	host_start(1);
}

static phys_addr_t pick(u16 arg)
{
	return arch_env_page_pa(arg % arch_env.nr_pages);
}

static bool is_free(phys_addr_t pa)
{
	return host_page_state(pa) == HOST_FREE;
}

static u64 use_of(phys_addr_t pa)
{
	struct host_regs page;

	REQUIRE(!host_call(&page, PKVM_HCALL_PAGE_STATE, pa, 0, 0));
	return page.x[3];
}

/* A page that was lent and has come back is in use, and nobody's but the host's. */
static bool is_to_be_had(phys_addr_t pa)
{
	return is_free(pa) || (host_page_state(pa) == HOST_USED && use_of(pa) == PKVM_USE_HOST);
}

/* Marks what is in use from now on, some of it already. */
static void claim(phys_addr_t pa, u64 nr)
{
	for (; nr; nr--, pa += HYP_PAGE_SIZE)
		if (is_free(pa))
			host_alloc_range(pa, 1);
}

/* The pages that are left are in a list that goes on in the order of the one offered, reversed. */
static void settle_list(const phys_addr_t *pages, u64 nr, s64 err)
{
	phys_addr_t left = regs.x[2];

	if (err) {
		host_free_all(pages, nr);
		return;
	}
	for (u64 i = nr; i--;) {
		if (pages[i] != left) {
			host_donate(&pages[i], 1);
			continue;
		}
		left = *(u64 *)arch_env_page(pages[i]);
		host_free(pages[i]);
	}
	REQUIRE(left == PKVM_LIST_END);
}

/*
 * What page `at` of a list cannot go on by, whatever is in the pages: no page's address, a
 * page of EL2's, or one that was in the list before.
 */
static phys_addr_t wrong_link(u16 arg, const phys_addr_t *pages, u64 at)
{
	phys_addr_t pa = pick(arg * 7);
	enum host_page state = host_page_state(pa);

	if (arg & 8)
		return pa + 8;
	if (state == HOST_DONATED || state == HOST_BOOT)
		return pa;
	return pages[arg % (at + 1)];
}

/* A list of free pages that lie a stride apart, with one link changed if it is to be wrong. */
static void do_list(u16 arg, bool wrong, u64 flags)
{
	u64 index = arg % arch_env.nr_pages, stride = 1 + arg % 97, nr = 0;
	phys_addr_t pages[PKVM_BATCH_PAGES];
	s64 err;

	for (u64 i = 0; i < arch_env.nr_pages && nr < 1 + arg % PKVM_BATCH_PAGES; i++) {
		phys_addr_t pa = arch_env_page_pa((index + i * stride) % arch_env.nr_pages);

		if (!is_free(pa))
			continue;
		host_alloc_range(pa, 1);
		*(u64 *)arch_env_page(pa) = PKVM_LIST_END;
		if (nr)
			*(u64 *)arch_env_page(pages[nr - 1]) = pa;
		pages[nr++] = pa;
	}
	if (!nr)
		return;
	if (wrong)
		*(u64 *)arch_env_page(pages[nr / 2]) = wrong_link(arg, pages, nr / 2);
	err = host_call(&regs, PKVM_HCALL_TOPUP_LIST, pages[0], nr, flags);
	REQUIRE(!wrong == !err);
	settle_list(pages, nr, err);
}

static void do_range(phys_addr_t pa, u64 nr, u64 flags)
{
	bool free = true;
	s64 err;

	for (u64 i = 0; i < nr; i++)
		free = free && arch_env_page_index(pa) + i < arch_env.nr_pages &&
		       arch_env_page_pa(arch_env_page_index(pa) + i) == pa + i * HYP_PAGE_SIZE &&
		       is_to_be_had(pa + i * HYP_PAGE_SIZE);
	err = host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, nr, flags);
	REQUIRE(!err == free);
	if (err)
		return;
	claim(pa, nr - regs.x[3]);
	host_donate_range(pa, nr - regs.x[3]);
}

/*
 * A request, answered with pages that lie far apart. Whatever EL2 takes serves it: what does
 * not join is the first page of something, and there are only so many of these.
 */
static void do_request(u16 arg)
{
	u64 wanted = 1 + arg % 40, joined = 0, index = arg % arch_env.nr_pages;
	struct pkvm_mem_stats before, after;

	mm_stats(&before);
	for (u64 i = 0; i < arch_env.nr_pages && joined < wanted; i++) {
		phys_addr_t pa = arch_env_page_pa((index + i * 101) % arch_env.nr_pages);

		if (!is_free(pa))
			continue;
		host_alloc_range(pa, 1);
		REQUIRE(!host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, 1, PKVM_TOPUP_CREDIT));
		if (regs.x[3])
			host_free(pa);
		else
			host_donate_range(pa, 1);
		joined += regs.x[4];
	}
	mm_stats(&after);
	REQUIRE(after.credited == before.credited + joined);
	REQUIRE(after.stock == before.stock + joined);
	REQUIRE(after.owned - before.owned - joined ==
		after.tables + after.vmemmap_pages - before.tables - before.vmemmap_pages);
	REQUIRE(!host_call(&regs, PKVM_HCALL_CREDIT_DROP, joined, 0, 0));
}

static void do_block(u16 arg, u64 flags)
{
	do_range(RAM_BASE + (1 + arg % WHOLE_BLOCKS) * BLOCK_SIZE, PTE_ENTRIES, flags);
}

static void do_access(u16 arg)
{
	phys_addr_t pa = pick(arg);
	enum host_page state = host_page_state(pa);
	bool mine = state == HOST_FREE || (state == HOST_USED && use_of(pa) != PKVM_USE_GUEST);

	REQUIRE(arch_env_host_access(pa + arg % HYP_PAGE_SIZE) == mine);
	/* Somewhere else, from nowhere to beyond everything. */
	arch_env_host_access((u64)arg << 33 | arg);
}

static void do_vm(u16 arg)
{
	u64 *vm = &vms[arg % MAX_VMS];

	if (*vm) {
		host_destroy_vm(*vm);
		*vm = 0;
	} else if (!host_call(&regs, PKVM_HCALL_VM_CREATE, 1 + arg / MAX_VMS % 40, 0, 0)) {
		*vm = regs.x[2];
	}
}

static s64 call_args(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 a3, u64 a4)
{
	regs = (struct host_regs){ .x = { PKVM_HCALL_ID(nr), a1, a2, a3, a4 } };
	hyp_hcall(regs.x);
	return regs.x[1];
}

/* Pages and guest addresses meet again: they are few. */
static void do_share(u8 what, u16 arg)
{
	phys_addr_t pa = pick(arg / 8 * 8);
	u64 gpa = (u64)(arg % 7) << HYP_PAGE_SHIFT << 9 * (arg % 3);
	u64 nr = 1 + arg % 8 * (arg % 3) * 29;
	u64 vm = vms[arg % MAX_VMS];

	switch (what % 5) {
	case 0:
		if (!call_args(PKVM_HCALL_SHARE_HYP, pa, nr, 0, 0))
			claim(pa, nr);
		break;
	case 1:
		call_args(PKVM_HCALL_UNSHARE_HYP, pa, nr, 0, 0);
		break;
	case 2:
		if (!call_args(PKVM_HCALL_GUEST_DONATE, vm, pa, gpa, nr))
			claim(pa, nr);
		break;
	case 3:
		if (!call_args(PKVM_HCALL_GUEST_SHARE, vm, pa, gpa, nr))
			claim(pa, nr);
		break;
	default:
		call_args(PKVM_HCALL_GUEST_UNSHARE, vm, gpa, nr, 0);
	}
}

/* What EL2 traces to, it keeps; and where it has written, the host may look. */
static void do_trace(u8 what, u16 arg)
{
	phys_addr_t pa = pick(arg / 8 * 8);

	switch (what % 5) {
	case 0:
		if (!call_args(PKVM_HCALL_SHARE_HYP, pa, 1, 0, 0))
			claim(pa, 1);
		if (!call_args(PKVM_HCALL_TRACE_LOAD, 0, pa, 0, 0))
			REQUIRE(call_args(PKVM_HCALL_UNSHARE_HYP, pa, 1, 0, 0) == -HYP_EBUSY);
		break;
	case 1:
		REQUIRE(!call_args(PKVM_HCALL_TRACE_UNLOAD, 0, 0, 0, 0));
		break;
	case 2:
		REQUIRE(!call_args(PKVM_HCALL_TRACE_SWAP, 0, 0, 0, 0));
		REQUIRE(regs.x[3] <= PKVM_TRACE_PAGE_RECORDS);
		if (regs.x[2] != PKVM_LIST_END)
			REQUIRE(use_of(regs.x[2]) == PKVM_USE_SHARED_HYP);
		break;
	case 3:
		REQUIRE(!call_args(PKVM_HCALL_TRACE_RESET, 0, 0, 0, 0));
		REQUIRE(!call_args(PKVM_HCALL_TRACE_SWAP, 0, 0, 0, 0));
		REQUIRE(regs.x[2] == PKVM_LIST_END && !regs.x[4] && !regs.x[5]);
		break;
	default:
		call_args(PKVM_HCALL_TRACE_ENABLE, arg, 0, 0, 0);
	}
}

static void do_op(u8 what, u16 arg)
{
	u64 flags = what & 16 ? PKVM_TOPUP_CREDIT : 0;

	switch (what % 12) {
	case 0:
	case 1:
		do_list(arg, false, flags);
		break;
	case 2:
		do_range(pick(arg), 1 + arg % 9, flags);
		break;
	case 3:
		if (what & 8)
			do_block(arg, flags);
		else
			do_range(pick(arg), 1 + arg % PKVM_RANGE_PAGES, flags);
		break;
	case 4:
		if (what & 8)
			host_reclaim(arg % 600);
		else
			do_request(arg);
		break;
	case 5:
		do_access(arg);
		break;
	case 6:
		do_vm(arg);
		break;
	case 7:
	case 8:
	case 9:
		do_share(what / 12, arg);
		break;
	case 10:
		do_trace(what / 12, arg);
		break;
	default:
		if (what & 8)
			do_list(arg, true, flags);
		else
			host_reclaim(1);
	}
}

static void finish(void)
{
	struct pkvm_page_stats stats;

	for (unsigned int i = 0; i < MAX_VMS; i++)
		if (vms[i])
			do_vm(i);
	do
		call_args(PKVM_HCALL_TRACE_UNLOAD, 0, 0, 0, 0);
	while (regs.x[2] != PKVM_LIST_END);
	REQUIRE(!call_args(PKVM_HCALL_TRACE_ENABLE, 0, 0, 0, 0));
	for (u64 i = 0; i < arch_env.nr_pages; i++)
		if (host_page_state(arch_env_page_pa(i)) == HOST_USED)
			call_args(PKVM_HCALL_UNSHARE_HYP, arch_env_page_pa(i), 1, 0, 0);
	mm_page_stats(&stats);
	REQUIRE(!stats.guest_pages && !stats.shared_hyp && !stats.shared_guest);
	host_teardown();
	mm_check();
	mm_page_stats(&stats);
	REQUIRE(stats.hyp_pages == arch_env.boot.boot_pages && !stats.tables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	start();
	for (size_t i = 0; i + 3 <= size && i < 3 * MAX_OPS; i += 3) {
		do_op(data[i], data[i + 1] | data[i + 2] << 8);
		if (i / 3 % OPS_PER_CHECK == 0)
			mm_check();
	}
	finish();
	host_stop_all();
	return 0;
}
