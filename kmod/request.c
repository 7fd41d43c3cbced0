// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hyp requests: a call that lacks pages changes nothing and says how many; the
 * host tops up and calls again with those pages credited to it, so that neither
 * the shrinker nor another call takes them in between.
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "hcall.h"
#include "notify.h"
#include "request.h"
#include "stats.h"
#include "topup.h"
#include "trace.h"

static_assert(PKVM_COUNT_REQ_SELFTEST - PKVM_COUNT_REQ_OTHER == PKVM_CAUSE_SELFTEST,
	      "a counter for each cause, in its order");

/* What one call needed. */
struct needs {
	u64 start_ns;		/* of the first request */
	u32 requests;
	u32 retries;
	u64 asked;
	u64 topped_up;
	struct pkvm_req last;
};

static void note_request(struct needs *needs, const struct pkvm_req *req)
{
	if (!needs->requests++)
		needs->start_ns = ktime_get_ns();
	needs->asked += req->pages;
	needs->last = *req;
	pkvm_count(PKVM_COUNT_REQ_OTHER + req->cause, 1);
	pkvm_count(PKVM_COUNT_REQ_PAGES, req->pages);
}

static void drop_credit(u64 credit)
{
	struct arm_smccc_1_2_regs regs = { .a1 = credit };

	/* An error leaves nothing to do: EL2 is dead, and its pages are lost anyway. */
	if (credit)
		pkvm_hcall(PKVM_HCALL_CREDIT_DROP, &regs);
}

/* Tops up for the request; on error no credit is left. */
static int answer(struct needs *needs, u64 *ret_credit)
{
	u64 credit;
	int err;

	if (needs->last.pages > PKVM_REQ_MAX_PAGES)
		return -E2BIG;
	err = pkvm_topup_credit(needs->last.pages, &credit);
	needs->topped_up += credit;
	if (err)
		drop_credit(credit);
	else
		*ret_credit = credit;
	return err;
}

/* The calls, until one needs nothing more or the last try is made. */
static int call(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs, struct needs *needs)
{
	const struct arm_smccc_1_2_regs args = *regs;
	struct pkvm_req req;
	u64 credit = 0;
	int err, tries;

	for (tries = 1;; tries++) {
		*regs = args;
		regs->a7 = credit;
		err = pkvm_hcall(nr, regs);
		if (err != -ENOMEM || !pkvm_req_decode(regs->a2, regs->a3, &req))
			return err;
		note_request(needs, &req);
		if (tries == PKVM_REQ_MAX_TRIES)
			return err;
		err = answer(needs, &credit);
		if (err)
			return err;
		needs->retries++;
		pkvm_count(PKVM_COUNT_REQ_RETRIES, 1);
	}
}

/* A VM that is being created has its handle from the call itself. */
static u32 vm_of(enum pkvm_hcall_nr nr, const struct arm_smccc_1_2_regs *regs, int err,
		 const struct pkvm_req_origin *origin)
{
	if (nr == PKVM_HCALL_VM_CREATE)
		return err ? 0 : regs->a2;
	return origin ? origin->vm : 0;
}

int pkvm_hcall_req(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs,
		   struct pkvm_req_origin *origin)
{
	struct needs needs = {};
	struct pkvm_event ev = { .type = PKVM_EVENT_REQUEST };
	int err = call(nr, regs, &needs);

	if (!needs.requests)
		return err;

	if (err)
		pkvm_count(PKVM_COUNT_REQ_FAILURES, 1);
	ev.pages = needs.topped_up;
	ev.asked = needs.asked;
	ev.vm = vm_of(nr, regs, err, origin);
	ev.cause = needs.last.cause;
	ev.err = err;
	ev.retries = needs.retries;
	ev.duration_ns = ktime_get_ns() - needs.start_ns;
	trace_pkvm_hyp_req(ev.asked, ev.pages, ev.duration_ns, ev.vm, ev.retries, ev.err,
			   needs.last.type, ev.cause);
	pkvm_notify(&ev);
	if (origin) {
		origin->requests += needs.retries;
		origin->pages += needs.topped_up;
	}
	return err;
}
