// SPDX-License-Identifier: GPL-2.0-or-later
/* How the host answers hyp requests: tries, credit and what is told, against a scripted EL2. */
#include <check.h>
#include <string.h>

#include <linux/ktime.h>

#include "fake/kernel/env.h"
#include "notify.h"
#include "request.h"
#include "stats.h"
#include "suite.h"
#include "topup.h"

#define HANDLE	0x101

/* What EL2 answers call by call, and what it saw. */
struct step {
	int err;
	u64 x2, x3;
};

static const struct step *script;
static unsigned int calls;
static u64 credit_seen[PKVM_REQ_MAX_TRIES];
static struct arm_smccc_1_2_regs last_args;
static u64 dropped;

/* What the host's top-up does. */
static int topup_err;
static u64 topup_joined;	/* on top of what is asked, or in all if it fails */
static u64 topup_asked;
static unsigned int topups;

/* What the first call has taken of the clock's time, and all top-ups. */
static u64 call_ns, topup_ns;

static unsigned int events;
static struct pkvm_event event;

/* A while as the clock has it, which steps with every look. */
static u64 spend_time(void)
{
	u64 start = ktime_get_ns(), now = start;

	for (int i = 0; i < 100; i++)
		now = ktime_get_ns();
	return now - start;
}

int pkvm_hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	const struct step *step;

	if (nr == PKVM_HCALL_CREDIT_DROP) {
		dropped += regs->a1;
		return 0;
	}
	ck_assert_uint_lt(calls, PKVM_REQ_MAX_TRIES);
	step = &script[calls];
	if (!calls)
		call_ns = spend_time();
	credit_seen[calls++] = regs->a7;
	last_args = *regs;
	memset(regs, 0xff, sizeof(*regs));
	regs->a2 = step->x2;
	regs->a3 = step->x3;
	return step->err;
}

int pkvm_topup_credit(u64 pages, u64 *ret_credit)
{
	topups++;
	topup_ns += spend_time();
	topup_asked = pages;
	*ret_credit = topup_err ? topup_joined : pages + topup_joined;
	return topup_err;
}

void pkvm_notify(const struct pkvm_event *ev)
{
	event = *ev;
	events++;
}

static void setup(void)
{
	fake_kernel_init(PKVM_PAGE_SHIFT);
	calls = topups = events = 0;
	call_ns = topup_ns = 0;
	dropped = topup_joined = topup_asked = 0;
	topup_err = 0;
}

static u64 request(enum pkvm_req_cause cause)
{
	return pkvm_req_encode(&(struct pkvm_req){ .type = PKVM_REQ_PAGES, .cause = cause });
}

static int call_vcpu(const struct step *steps, struct pkvm_req_origin *origin)
{
	struct arm_smccc_1_2_regs regs = { .a1 = HANDLE, .a2 = 7, .a3 = 33 };

	script = steps;
	return pkvm_hcall_req(PKVM_HCALL_VCPU_CREATE, &regs, origin);
}

START_TEST(call_without_shortage_is_a_plain_call)
{
	const struct step steps[] = { { 0, 42, 43 } };
	struct arm_smccc_1_2_regs regs = { .a1 = 1, .a7 = 99 };

	setup();
	script = steps;
	ck_assert_int_eq(pkvm_hcall_req(PKVM_HCALL_VM_CREATE, &regs, NULL), 0);
	ck_assert_uint_eq(regs.a2, 42);
	ck_assert_uint_eq(regs.a3, 43);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(credit_seen[0], 0);
	ck_assert_uint_eq(events + topups, 0);
}
END_TEST

START_TEST(retry_brings_the_credit_and_the_same_arguments)
{
	const struct step steps[] = { { -ENOMEM, request(PKVM_CAUSE_VCPU), 5 }, { 0, 0, 0 } };
	struct pkvm_req_origin origin = { .vm = HANDLE, .requests = 1, .pages = 10 };

	setup();
	topup_joined = 3;
	ck_assert_int_eq(call_vcpu(steps, &origin), 0);
	ck_assert_uint_eq(calls, 2);
	ck_assert_uint_eq(topup_asked, 5);
	ck_assert_uint_eq(credit_seen[1], 8);
	ck_assert_uint_eq(dropped, 0);
	ck_assert_uint_eq(last_args.a1, HANDLE);
	ck_assert_uint_eq(last_args.a2, 7);
	ck_assert_uint_eq(last_args.a3, 33);
	ck_assert_uint_eq(origin.requests, 2);
	ck_assert_uint_eq(origin.pages, 18);

	ck_assert_uint_eq(events, 1);
	ck_assert_int_eq(event.type, PKVM_EVENT_REQUEST);
	ck_assert_uint_eq(event.cause, PKVM_CAUSE_VCPU);
	ck_assert_uint_eq(event.vm, HANDLE);
	ck_assert_uint_eq(event.asked, 5);
	ck_assert_uint_eq(event.pages, 8);
	ck_assert_uint_eq(event.retries, 1);
	ck_assert_int_eq(event.err, 0);
	ck_assert_uint_gt(event.duration_ns, 0);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_VCPU), 1);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_PAGES), 5);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_RETRIES), 1);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_FAILURES), 0);
}
END_TEST

/* Each shortage is answered by itself: the credit before it is given up already. */
START_TEST(second_shortage_is_topped_up_alone)
{
	const struct step steps[] = {
		{ -ENOMEM, request(PKVM_CAUSE_VM), 5 },
		{ -ENOMEM, request(PKVM_CAUSE_VM), 2 },
		{ 0, HANDLE, 0 },
	};
	struct arm_smccc_1_2_regs regs = {};

	setup();
	script = steps;
	ck_assert_int_eq(pkvm_hcall_req(PKVM_HCALL_VM_CREATE, &regs, NULL), 0);
	ck_assert_uint_eq(credit_seen[1], 5);
	ck_assert_uint_eq(credit_seen[2], 2);
	/* The VM that the call created is the one it was for. */
	ck_assert_uint_eq(event.vm, HANDLE);
	ck_assert_uint_eq(event.asked, 7);
	ck_assert_uint_eq(event.retries, 2);
	ck_assert_uint_eq(dropped, 0);
}
END_TEST

START_TEST(tries_are_bounded)
{
	struct step steps[PKVM_REQ_MAX_TRIES];

	setup();
	for (unsigned int i = 0; i < PKVM_REQ_MAX_TRIES; i++)
		steps[i] = (struct step){ -ENOMEM, request(PKVM_CAUSE_OTHER), 1 };
	ck_assert_int_eq(call_vcpu(steps, NULL), -ENOMEM);
	ck_assert_uint_eq(calls, PKVM_REQ_MAX_TRIES);
	/* The last call has given up what it had: no top-up for one that does not follow. */
	ck_assert_uint_eq(topups, PKVM_REQ_MAX_TRIES - 1);
	ck_assert_uint_eq(dropped, 0);
	ck_assert_int_eq(event.err, -ENOMEM);
	/* From the first request to the end: all of the top-ups, but no call before them. */
	ck_assert_uint_gt(event.duration_ns, topup_ns);
	ck_assert_uint_lt(event.duration_ns, topup_ns + call_ns);
	ck_assert_uint_eq(event.retries, PKVM_REQ_MAX_TRIES - 1);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_OTHER), PKVM_REQ_MAX_TRIES);
	ck_assert_uint_eq(pkvm_counted(PKVM_COUNT_REQ_FAILURES), 1);
}
END_TEST

/* No VM, then: what EL2 left in the register of its handle is none. */
START_TEST(failed_creation_is_of_no_vm)
{
	const struct step steps[] = {
		{ -ENOMEM, request(PKVM_CAUSE_VM), 5 }, { -ENOSPC, HANDLE, 0 },
	};
	struct arm_smccc_1_2_regs regs = {};

	setup();
	script = steps;
	ck_assert_int_eq(pkvm_hcall_req(PKVM_HCALL_VM_CREATE, &regs, NULL), -ENOSPC);
	ck_assert_uint_eq(events, 1);
	ck_assert_uint_eq(event.vm, 0);
}
END_TEST

/* What joined before the top-up failed must not stay credited to a retry that never comes. */
START_TEST(failed_topup_drops_its_credit)
{
	static const int errs[] = { -ENOMEM, -EINTR, -EPERM };
	const struct step steps[] = { { -ENOMEM, request(PKVM_CAUSE_VCPU), 100 } };
	struct pkvm_req_origin origin = { .vm = HANDLE };

	setup();
	topup_err = errs[_i];
	topup_joined = 64;
	ck_assert_int_eq(call_vcpu(steps, &origin), errs[_i]);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(dropped, 64);
	ck_assert_int_eq(event.err, errs[_i]);
	ck_assert_uint_eq(event.pages, 64);
	ck_assert_uint_eq(event.retries, 0);
	ck_assert_uint_eq(origin.requests, 0);
	ck_assert_uint_eq(origin.pages, 64);
}
END_TEST

START_TEST(request_beyond_the_limit_is_not_answered)
{
	const struct step steps[] = {
		{ -ENOMEM, request(PKVM_CAUSE_VCPU), PKVM_REQ_MAX_PAGES + (u64)_i }, { 0, 0, 0 },
	};

	setup();
	ck_assert_int_eq(call_vcpu(steps, NULL), _i ? -E2BIG : 0);
	ck_assert_uint_eq(topups, !_i);
	ck_assert_uint_eq(dropped, 0);
}
END_TEST

/* -ENOMEM with anything but a request is final, and so is any other error with one. */
START_TEST(what_is_no_request_is_the_callers)
{
	const struct step steps[][1] = {
		{ { -ENOMEM, PKVM_REQ_NONE, 0 } },
		{ { -ENOMEM, PKVM_REQ_NONE, 5 } },
		{ { -ENOMEM, request(PKVM_CAUSE_VCPU), 0 } },
		{ { -ENOMEM, PKVM_REQ_PAGES + 1, 5 } },
		{ { -ENOMEM, request(PKVM_CAUSE_SELFTEST + 1), 5 } },
		{ { -ENOMEM, request(PKVM_CAUSE_VCPU) | 1 << 16, 5 } },
		{ { -ENOSPC, request(PKVM_CAUSE_VCPU), 5 } },
		{ { -EIO, request(PKVM_CAUSE_VCPU), 5 } },
	};

	setup();
	ck_assert_int_eq(call_vcpu(steps[_i], NULL), steps[_i][0].err);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(topups + events, 0);
}
END_TEST

/* Not a shortage any more: the retry's own error, counted as a retry all the same. */
START_TEST(retry_may_fail_for_another_reason)
{
	const struct step steps[] = { { -ENOMEM, request(PKVM_CAUSE_VCPU), 5 }, { -ENOENT, 0, 0 } };

	setup();
	ck_assert_int_eq(call_vcpu(steps, NULL), -ENOENT);
	ck_assert_int_eq(event.err, -ENOENT);
	ck_assert_uint_eq(event.retries, 1);
	ck_assert_uint_eq(dropped, 0);
}
END_TEST

static TCase *cases(void)
{
	TCase *tc = tcase_create("request");

	tcase_add_test(tc, call_without_shortage_is_a_plain_call);
	tcase_add_test(tc, retry_brings_the_credit_and_the_same_arguments);
	tcase_add_test(tc, second_shortage_is_topped_up_alone);
	tcase_add_test(tc, tries_are_bounded);
	tcase_add_test(tc, failed_creation_is_of_no_vm);
	tcase_add_loop_test(tc, failed_topup_drops_its_credit, 0, 3);
	tcase_add_loop_test(tc, request_beyond_the_limit_is_not_answered, 0, 2);
	tcase_add_loop_test(tc, what_is_no_request_is_the_callers, 0, 8);
	tcase_add_test(tc, retry_may_fail_for_another_reason);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("request");

	suite_add_tcase(suite, cases());
	return suite_run(suite);
}
