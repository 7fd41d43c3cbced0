// SPDX-License-Identifier: GPL-2.0-or-later
/* Hyp requests: how they are encoded, and that what they ask for is what it takes. */
#include "../../kmod/hyp/errno.h"
#include "../../kmod/hyp/hcall.h"
#include "../../kmod/hyp/init.h"
#include "../../kmod/hyp/mm.h"
#include "fake/arch_env.h"
#include "fake/hyp_suite.h"
#include "fake/mm_check.h"

static struct host_regs regs;

static struct pkvm_mem_stats stats(void)
{
	struct pkvm_mem_stats stats = { 0 };

	mm_stats(&stats);
	return stats;
}

START_TEST(encoding_is_fixed)
{
	struct pkvm_req req = { .type = PKVM_REQ_PAGES, .cause = PKVM_CAUSE_VCPU, .pages = 7 };

	ck_assert_uint_eq(pkvm_req_encode(&req), 0x0201);
}
END_TEST

START_TEST(every_request_survives_the_registers)
{
	for (unsigned int cause = PKVM_CAUSE_OTHER; cause <= PKVM_CAUSE_SELFTEST; cause++)
		for (unsigned int shift = 0; shift < 64; shift++) {
			struct pkvm_req in = { PKVM_REQ_PAGES, cause, BIT(shift) }, out;

			ck_assert(pkvm_req_decode(pkvm_req_encode(&in), in.pages, &out));
			ck_assert_uint_eq(out.type, in.type);
			ck_assert_uint_eq(out.cause, in.cause);
			ck_assert_uint_eq(out.pages, in.pages);
		}
}
END_TEST

START_TEST(what_is_no_request_is_not_decoded)
{
	static const u64 bad[][2] = {
		{ 0, 0 },
		{ 0, 1 },				/* PKVM_REQ_NONE */
		{ PKVM_REQ_PAGES, 0 },			/* for no page */
		{ 2, 1 },				/* unknown type */
		{ 0xff, 1 },
		{ PKVM_REQ_PAGES | 4 << 8, 1 },		/* unknown cause */
		{ PKVM_REQ_PAGES | 1 << 16, 1 },	/* reserved bits */
		{ PKVM_REQ_PAGES | BIT(63), 1 },
		{ UINT64_MAX, UINT64_MAX },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pkvm_req req = { 9, 9, 9 };

		ck_assert(!pkvm_req_decode(bad[i][0], bad[i][1], &req));
		ck_assert_uint_eq(req.type, 9);
		ck_assert_uint_eq(req.cause, 9);
		ck_assert_uint_eq(req.pages, 9);
	}
}
END_TEST

static s64 call(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 credit)
{
	regs = (struct host_regs){ .x = { PKVM_HCALL_ID(nr), a1, a2, [7] = credit } };
	hyp_hcall(regs.x);
	ck_assert_uint_eq(regs.x[0], 0);
	return regs.x[1];
}

/* A call that asks changes nothing but the count of requests. Returns what it asks for. */
static u64 assert_asks(enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 credit, unsigned int cause)
{
	struct pkvm_mem_stats before = stats(), after;
	struct pkvm_req req;

	ck_assert_int_eq(call(nr, a1, a2, credit), -HYP_ENOMEM);
	ck_assert(pkvm_req_decode(regs.x[2], regs.x[3], &req));
	ck_assert_uint_eq(req.cause, cause);
	after = stats();
	before.requests++;
	before.requested += req.pages;
	before.credited -= credit;
	ck_assert_mem_eq(&before, &after, sizeof(after));
	mm_check();
	return req.pages;
}

/* Exactly what it asked for is enough, and one page less is one page short. */
START_TEST(one_topup_is_enough)
{
	u64 pages = assert_asks(PKVM_HCALL_VM_CREATE, 512, 0, 0, PKVM_CAUSE_VM);

	/* Header and table span two pages; three page tables. */
	ck_assert_uint_eq(pages, 2 + 3);
	host_topup(pages - 1, PKVM_TOPUP_CREDIT);
	ck_assert_uint_eq(assert_asks(PKVM_HCALL_VM_CREATE, 512, 0, pages - 1, PKVM_CAUSE_VM), 1);
	host_topup(1, 0);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 512, 0, 0), 0);
	ck_assert_uint_eq(stats().stock, 0);
	mm_check();
}
END_TEST

/* Every allocation in turn: it asks at most once. */
START_TEST(no_call_asks_twice)
{
	u64 handle, asked = 0;
	unsigned int requests;

	ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VM_CREATE, 512, 0, &requests), 0);
	ck_assert_uint_eq(requests, 1);
	handle = regs.x[2];
	for (u64 i = 0; i < 512; i++) {
		ck_assert_int_eq(host_call_req(&regs, PKVM_HCALL_VCPU_CREATE, handle, i, &requests),
				 0);
		ck_assert_uint_le(requests, 1);
		asked += requests;
	}
	ck_assert_uint_gt(asked, 100);
	ck_assert_uint_eq(stats().requests, asked + 1);
	ck_assert_uint_eq(stats().credited, 0);
	ck_assert_uint_eq(stats().stock, 0);
	mm_check();
}
END_TEST

/* What is topped up for one request is not taken away by reclaim, nor used by another call. */
START_TEST(credit_survives_what_happens_meanwhile)
{
	u64 pages = assert_asks(PKVM_HCALL_VM_CREATE, 1, 0, 0, PKVM_CAUSE_VM);

	host_topup(pages, PKVM_TOPUP_CREDIT);
	host_reclaim(UINT64_MAX);
	ck_assert_uint_eq(stats().stock, pages);
	ck_assert_uint_eq(stats().credited, pages);
	ck_assert_uint_eq(assert_asks(PKVM_HCALL_VM_CREATE, 1, 0, 0, PKVM_CAUSE_VM), pages);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 1, 0, pages), 0);
	ck_assert_uint_eq(stats().credited, 0);
}
END_TEST

/* Given up also by a call that is refused before it allocates, and by one that needs no page. */
START_TEST(credit_is_given_up_whatever_happens)
{
	host_topup(20, PKVM_TOPUP_CREDIT);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 0, 0, 3), -HYP_EINVAL);
	ck_assert_uint_eq(stats().credited, 17);
	ck_assert_int_eq(call(PKVM_HCALL_VCPU_CREATE, 1, 0, 3), -HYP_ENOENT);
	ck_assert_uint_eq(stats().credited, 14);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 1, 0, 4), 0);
	ck_assert_uint_eq(stats().credited, 10);
	ck_assert_int_eq(call(PKVM_HCALL_VM_CREATE, 1, 0, 5), 0);
	ck_assert_uint_eq(stats().credited, 5);
	/* Not an argument of calls that are not marked R. */
	ck_assert_int_eq(call(PKVM_HCALL_VM_INFO, 1, 0, 5), 0);
	ck_assert_uint_eq(stats().credited, 5);
	mm_check();
}
END_TEST

START_TEST(a_full_range_is_final)
{
	struct pkvm_boot *boot = &arch_env.boot;
	u64 nr = 0;
	s64 err;

	boot->heap_size = PKVM_HEAP_MIN_SIZE;
	ck_assert_int_eq(hyp_init(boot), 0);
	for (unsigned int i = 0; i < PKVM_MAX_VMS; i++)
		host_call_req(&regs, PKVM_HCALL_VM_CREATE, 512, 0, NULL);
	do {
		err = host_call_req(&regs, PKVM_HCALL_VCPU_CREATE, 1 + nr / 512, nr % 512, NULL);
		nr++;
	} while (!err);
	ck_assert_int_eq(err, -HYP_ENOSPC);
	ck_assert_uint_eq(regs.x[2], 0);
	ck_assert_uint_eq(regs.x[3], 0);
	mm_check();
}
END_TEST

int main(void)
{
	TCase *tcase = hyp_tcase();

	tcase_add_test(tcase, encoding_is_fixed);
	tcase_add_test(tcase, every_request_survives_the_registers);
	tcase_add_test(tcase, what_is_no_request_is_not_decoded);
	tcase_add_test(tcase, one_topup_is_enough);
	tcase_add_test(tcase, no_call_asks_twice);
	tcase_add_test(tcase, credit_survives_what_happens_meanwhile);
	tcase_add_test(tcase, credit_is_given_up_whatever_happens);
	tcase_add_test(tcase, a_full_range_is_final);
	return hyp_suite_run("request", tcase);
}
