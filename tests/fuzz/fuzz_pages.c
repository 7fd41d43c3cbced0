// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: the input is a sequence of top-ups, well-formed and not, reclaims,
 * VMs that come and go, and accesses of the host, on a simulated machine. After every
 * few of them all views of who owns what are compared; at the end everything comes back.
 *
 * An operation is three bytes: what, and a 16-bit argument.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../kmod/hyp/mm.h"
#include "../../kmod/hyp/pte.h"
#include "../unit/fake/arch_env.h"
#include "../unit/fake/host.h"
#include "../unit/fake/mm_check.h"

#define MAX_OPS		120
#define OPS_PER_CHECK	16
#define MAX_VMS		3

/* The first RAM: a block that EL2 itself is in, and some that nobody uses. */
#define RAM_BASE	UINT64_C(0x40000000)
#define BLOCK_SIZE	(PTE_ENTRIES * HYP_PAGE_SIZE)
#define WHOLE_BLOCKS	2

#define REQUIRE(cond)							\
	do {								\
		if (!(cond)) {						\
			fprintf(stderr, "line %d: not so: %s\n", __LINE__, #cond); \
			abort();					\
		}							\
	} while (0)

static struct host_regs regs;
static u64 vms[MAX_VMS];	/* handles, 0: none */

/* A few GiBs, more than there are spare tables for, and parts of blocks. */
static void start(void)
{
	struct pkvm_ram_range ram[12] = { { RAM_BASE, (1 + WHOLE_BLOCKS) * BLOCK_SIZE } };

	for (u64 i = 1; i < ARRAY_SIZE(ram); i++)
		ram[i] = (struct pkvm_ram_range){ (i + 1) << 30, (8 + 20 * i) * HYP_PAGE_SIZE };
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
		       is_free(pa + i * HYP_PAGE_SIZE);
	err = host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, nr, flags);
	REQUIRE(!err == free);
	if (err)
		return;
	host_alloc_range(pa, nr - regs.x[3]);
	host_donate_range(pa, nr - regs.x[3]);
}

static void do_block(u16 arg, u64 flags)
{
	do_range(RAM_BASE + (1 + arg % WHOLE_BLOCKS) * BLOCK_SIZE, PTE_ENTRIES, flags);
}

static void do_access(u16 arg)
{
	phys_addr_t pa = pick(arg);
	enum host_page state = host_page_state(pa);

	REQUIRE(arch_env_host_access(pa + arg % HYP_PAGE_SIZE) ==
		(state == HOST_FREE || state == HOST_USED));
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

static void do_op(u8 what, u16 arg)
{
	u64 flags = what & 16 ? PKVM_TOPUP_CREDIT : 0;

	switch (what % 8) {
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
		host_reclaim(arg % 600);
		break;
	case 5:
		do_access(arg);
		break;
	case 6:
		do_vm(arg);
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
