// SPDX-License-Identifier: GPL-2.0-or-later
/* The host: page allocator, donor, and sceptic of what comes back. */
#include "host.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kmod/hyp/hcall.h"
#include "../../../kmod/hyp/init.h"
#include "arch_env.h"

#define JUNK		0xa5
#define JUNK_PAGES	32768	/* larger machines begin with zeroes */
#define MAX_TRIES	8

static struct {
	u8 *state;		/* enum host_page, by page number */
	u64 donated;
	u64 random;
} host;

/* xorshift64* */
u64 host_random(u64 limit)
{
	host.random ^= host.random >> 12;
	host.random ^= host.random << 25;
	host.random ^= host.random >> 27;
	return (host.random * UINT64_C(0x2545f4914f6cdd1d) >> 11) % limit;
}

void host_start(u64 seed)
{
	const struct pkvm_boot *boot = &arch_env.boot;

	host.state = calloc(arch_env.nr_pages, 1);
	host.donated = 0;
	host.random = seed * 2 + 1;
	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		phys_addr_t pa = arch_env_page_pa(i);

		if (pa - boot->boot_pa < boot->boot_size)
			host.state[i] = HOST_BOOT;
		else if (arch_env.nr_pages <= JUNK_PAGES)
			memset(arch_env_page(pa), JUNK, HYP_PAGE_SIZE);
	}
	ck_assert_int_eq(hyp_init(boot), 0);
}

void host_stop(void)
{
	free(host.state);
}

void host_start_all(void)
{
	arch_env_start_default();
	host_start(1);
}

void host_stop_all(void)
{
	host_stop();
	arch_env_stop();
}

static u8 *page_state(phys_addr_t pa)
{
	return &host.state[arch_env_page_index(pa)];
}

enum host_page host_page_state(phys_addr_t pa)
{
	return *page_state(pa);
}

u64 host_donated(void)
{
	return host.donated;
}

phys_addr_t host_alloc(void)
{
	u64 start = host_random(arch_env.nr_pages);

	for (u64 i = 0; i < arch_env.nr_pages; i++) {
		u64 index = (start + i) % arch_env.nr_pages;

		if (host.state[index] != HOST_FREE)
			continue;
		host.state[index] = HOST_USED;
		return arch_env_page_pa(index);
	}
	ck_abort_msg("the simulated host is out of memory");
}

void host_free(phys_addr_t pa)
{
	ck_assert_int_eq(*page_state(pa), HOST_USED);
	memset(arch_env_page(pa), JUNK, HYP_PAGE_SIZE);
	*page_state(pa) = HOST_FREE;
}

phys_addr_t host_alloc_list(u64 nr, phys_addr_t *pages)
{
	phys_addr_t head = PKVM_LIST_END;

	for (u64 i = nr; i--; head = pages[i]) {
		pages[i] = host_alloc();
		*(u64 *)arch_env_page(pages[i]) = head;
	}
	return head;
}

void host_alloc_range(phys_addr_t pa, u64 nr)
{
	for (; nr; nr--, pa += HYP_PAGE_SIZE) {
		ck_assert_int_eq(*page_state(pa), HOST_FREE);
		*page_state(pa) = HOST_USED;
	}
}

static void donate_page(phys_addr_t pa)
{
	ck_assert_int_eq(*page_state(pa), HOST_USED);
	*page_state(pa) = HOST_DONATED;
	host.donated++;
}

void host_donate(const phys_addr_t *pages, u64 nr)
{
	for (u64 i = 0; i < nr; i++)
		donate_page(pages[i]);
}

void host_donate_range(phys_addr_t pa, u64 nr)
{
	for (; nr; nr--, pa += HYP_PAGE_SIZE)
		donate_page(pa);
}

void host_free_all(const phys_addr_t *pages, u64 nr)
{
	for (u64 i = 0; i < nr; i++)
		host_free(pages[i]);
}

void host_take_back(phys_addr_t head, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		u64 *page = arch_env_page(head);
		phys_addr_t next = page[0];

		ck_assert_int_eq(*page_state(head), HOST_DONATED);
		ck_assert(arch_env_is_zero(head, 1));
		memset(page, JUNK, HYP_PAGE_SIZE);
		*page_state(head) = HOST_FREE;
		host.donated--;
		head = next;
	}
	ck_assert_uint_eq(head, PKVM_LIST_END);
}

s64 host_call(struct host_regs *regs, enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 a3)
{
	*regs = (struct host_regs){ .x = { PKVM_HCALL_ID(nr), a1, a2, a3 } };
	hyp_hcall(regs->x);
	ck_assert_uint_eq(regs->x[0], 0);
	return regs->x[1];
}

u64 host_topup(u64 nr, u64 flags)
{
	phys_addr_t pages[PKVM_BATCH_PAGES];
	struct host_regs regs;
	u64 calls = 0;

	for (u64 joined = 0; joined < nr; joined += regs.x[4]) {
		u64 batch = min_u64(nr - joined, PKVM_BATCH_PAGES);
		phys_addr_t head = host_alloc_list(batch, pages);

		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_LIST, head, batch, flags), 0);
		ck_assert_uint_eq(regs.x[2], PKVM_LIST_END);
		ck_assert_uint_eq(regs.x[3], 0);
		ck_assert_uint_le(regs.x[4], batch);
		host_donate(pages, batch);
		calls++;
	}
	return calls;
}

void host_topup_range(phys_addr_t pa, u64 nr)
{
	struct host_regs regs;

	host_alloc_range(pa, nr);
	ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TOPUP_RANGE, pa, nr, 0), 0);
	ck_assert_uint_eq(regs.x[2], PKVM_LIST_END);
	ck_assert_uint_eq(regs.x[3], 0);
	host_donate_range(pa, nr);
}

s64 host_call_args_req(struct host_regs *regs, const struct host_regs *args,
		       unsigned int *ret_requests)
{
	unsigned int requests = 0;
	u64 credit = 0;

	for (;;) {
		struct pkvm_req req;

		*regs = *args;
		regs->x[7] = credit;
		hyp_hcall(regs->x);
		if (ret_requests)
			*ret_requests = requests;
		if ((s64)regs->x[1] != -12 || !pkvm_req_decode(regs->x[2], regs->x[3], &req))
			return regs->x[1];
		ck_assert_uint_lt(++requests, MAX_TRIES);
		host_topup(req.pages, PKVM_TOPUP_CREDIT);
		credit = req.pages;
	}
}

s64 host_call_req(struct host_regs *regs, enum pkvm_hcall_nr nr, u64 a1, u64 a2,
		  unsigned int *ret_requests)
{
	struct host_regs args = { .x = { PKVM_HCALL_ID(nr), a1, a2 } };

	return host_call_args_req(regs, &args, ret_requests);
}

u64 host_reclaim(u64 nr)
{
	struct host_regs regs;
	u64 done = 0;

	do {
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_RECLAIM, nr - done, 0, 0), 0);
		ck_assert_uint_le(regs.x[3], min_u64(nr - done, PKVM_BATCH_PAGES));
		host_take_back(regs.x[2], regs.x[3]);
		done += regs.x[3];
	} while (done < nr && regs.x[3]);
	return done;
}

void host_destroy_vm(u64 handle)
{
	struct host_regs regs;

	do
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_VM_DESTROY, handle, 0, 0), 0);
	while (regs.x[2]);
}

u64 host_teardown(void)
{
	struct host_regs regs;
	u64 done = 0;

	do {
		ck_assert_int_eq(host_call(&regs, PKVM_HCALL_TEARDOWN, 0, 0, 0), 0);
		ck_assert_uint_le(regs.x[3], PKVM_BATCH_PAGES);
		host_take_back(regs.x[2], regs.x[3]);
		done += regs.x[3];
	} while (regs.x[3]);
	return done;
}
