// SPDX-License-Identifier: GPL-2.0-only
/* Operations that look at the heap as a whole: heap-stats-get, heap-check, selftest. */
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "hcall.h"
#include "netlink_gen.h"
#include "netlink_msg.h"
#include "notify.h"
#include "reclaim.h"
#include "selftest.h"
#include "stats.h"

/* Statistics travel as EL2's structs have them: attribute n is the n-th u64, from 1 on. */
#define HEAP_ATTR(attr, member) \
	static_assert(PKVM_A_HEAP_##attr == offsetof(struct pkvm_heap_stats, member) / 8 + 1)
HEAP_ATTR(SIZE, size);
HEAP_ATTR(USED, used);
HEAP_ATTR(MAPPED, mapped);
HEAP_ATTR(FREE_MAPPED, free_mapped);
HEAP_ATTR(LARGEST_FREE, largest_free);
HEAP_ATTR(HOLES, holes);
HEAP_ATTR(CHUNKS_USED, chunks_used);
HEAP_ATTR(CHUNKS_FREE, chunks_free);
HEAP_ATTR(RECLAIMABLE, reclaimable);
HEAP_ATTR(ALLOCS, allocs);
HEAP_ATTR(FREES, frees);
HEAP_ATTR(FAILURES, failures);
HEAP_ATTR(MISUSES, misuses);

#define MEM_ATTR(attr, member) \
	static_assert(PKVM_A_MEM_##attr == offsetof(struct pkvm_mem_stats, member) / 8 + 1)
MEM_ATTR(OWNED, owned);
MEM_ATTR(BOOT, boot);
MEM_ATTR(STOCK, stock);
MEM_ATTR(CREDITED, credited);
MEM_ATTR(HEAP, heap);
MEM_ATTR(TABLES, tables);
MEM_ATTR(VMEMMAP, vmemmap_pages);
MEM_ATTR(REQUESTS, requests);
MEM_ATTR(REQUESTED, requested);
MEM_ATTR(TOPUPS, topups);
MEM_ATTR(TOPPED_UP, topped_up);
MEM_ATTR(TOPUP_REFUSED, topup_refused);
MEM_ATTR(RECLAIMS, reclaims);
MEM_ATTR(RECLAIMED, reclaimed);
MEM_ATTR(VMS, vms);
MEM_ATTR(VCPUS, vcpus);

/* The host's counters likewise. */
#define HOST_ATTR(attr, count) \
	static_assert(PKVM_A_HOST_##attr == (int)PKVM_COUNT_##count + 1)
HOST_ATTR(REQUESTS_OTHER, REQ_OTHER);
HOST_ATTR(REQUESTS_VM, REQ_VM);
HOST_ATTR(REQUESTS_VCPU, REQ_VCPU);
HOST_ATTR(REQUESTS_SELFTEST, REQ_SELFTEST);
HOST_ATTR(REQUESTED, REQ_PAGES);
HOST_ATTR(REQUEST_RETRIES, REQ_RETRIES);
HOST_ATTR(REQUEST_FAILURES, REQ_FAILURES);
HOST_ATTR(TOPUP_RANGE_PAGES, TOPUP_RANGE);
HOST_ATTR(TOPUP_LIST_PAGES, TOPUP_LIST);
HOST_ATTR(TOPUP_FAILURES, TOPUP_FAILURES);
HOST_ATTR(ALLOC_FAILURES, ALLOC_FAILURES);
HOST_ATTR(RECLAIMS, RECLAIMS);
HOST_ATTR(RECLAIMED, RECLAIMED);
HOST_ATTR(SHRINKS, SHRINKS);
HOST_ATTR(SHRUNK, SHRUNK);
HOST_ATTR(SHRINK_BACKOFFS, SHRINK_BACKOFFS);
HOST_ATTR(VMS_CREATED, VMS_CREATED);
HOST_ATTR(VMS_DESTROYED, VMS_DESTROYED);
HOST_ATTR(DONATED, DONATED);
HOST_ATTR(RETURNED, RETURNED);
static_assert(PKVM_A_HOST_EVENTS_LOST == (int)PKVM_COUNTS + 1);

#define CHECK_RESULT(name) \
	static_assert(PKVM_CHECK_RESULT_##name == (int)PKVM_CHECK_##name)
CHECK_RESULT(OK);
CHECK_RESULT(HEADER);
CHECK_RESULT(LINK);
CHECK_RESULT(BOUNDS);
CHECK_RESULT(LIST);
CHECK_RESULT(TOTALS);
CHECK_RESULT(BUSY);

/* Attributes 1 to n, a u64 each. */
static int put_words(struct sk_buff *skb, const u64 *words, unsigned int n, int pad)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < n; i++)
		err = nla_put_u64_64bit(skb, i + 1, words[i], pad);
	return err;
}

static int put_heap(struct sk_buff *skb, const struct pkvm_heap_stats *heap)
{
	struct nlattr *nest = nla_nest_start(skb, PKVM_A_STATS_HEAP);

	if (!nest || put_words(skb, (const u64 *)heap, sizeof(*heap) / 8, PKVM_A_HEAP_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_mem(struct sk_buff *skb, const struct pkvm_mem_stats *mem)
{
	struct nlattr *nest = nla_nest_start(skb, PKVM_A_STATS_MEM);

	if (!nest || put_words(skb, (const u64 *)mem, sizeof(*mem) / 8, PKVM_A_MEM_PAD) ||
	    nla_put_u64_64bit(skb, PKVM_A_MEM_RECLAIMABLE, pkvm_reclaimable(), PKVM_A_MEM_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_host(struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, PKVM_A_STATS_HOST);
	u64 counts[PKVM_COUNTS + 1];
	unsigned int i;

	for (i = 0; i < PKVM_COUNTS; i++)
		counts[i] = pkvm_counted(i);
	counts[PKVM_COUNTS] = pkvm_notify_lost();
	if (!nest || put_words(skb, counts, ARRAY_SIZE(counts), PKVM_A_HOST_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int pkvm_nl_heap_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	struct pkvm_heap_stats heap;
	struct pkvm_mem_stats mem;
	int err = pkvm_stats_heap(&heap) ?: pkvm_stats_mem(&mem);

	err = pkvm_nl_explain(info->extack, err) ?: pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	err = put_heap(reply.skb, &heap) ?: put_mem(reply.skb, &mem) ?: put_host(reply.skb);
	return pkvm_nl_finish(info, &reply, err);
}

/*
 * EL2 has one check in progress, which another would end. Held over many hypercalls;
 * nests in nothing.
 */
static DEFINE_MUTEX(check_lock);

static int run_check(enum pkvm_check *ret_result, u64 *ret_offset)
{
	u64 cursor = 0;

	do {
		struct arm_smccc_1_2_regs regs = { .a1 = cursor };
		int err = pkvm_hcall(PKVM_HCALL_HEAP_CHECK, &regs);

		if (err)
			return err;
		cursor = regs.a2;
		*ret_result = regs.a3;
		*ret_offset = regs.a4;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	} while (cursor);
	return 0;
}

static bool has_offset(enum pkvm_check result)
{
	return result == PKVM_CHECK_HEADER || result == PKVM_CHECK_LINK ||
	       result == PKVM_CHECK_BOUNDS || result == PKVM_CHECK_LIST;
}

int pkvm_nl_heap_check_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	enum pkvm_check result;
	u64 offset;
	int err = mutex_lock_killable(&check_lock);

	if (err)
		return err;
	err = run_check(&result, &offset);
	mutex_unlock(&check_lock);

	err = pkvm_nl_explain(info->extack, err) ?: pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	err = nla_put_u32(reply.skb, PKVM_A_CHECK_RESULT, result);
	if (!err && has_offset(result))
		err = nla_put_u64_64bit(reply.skb, PKVM_A_CHECK_OFFSET, offset, PKVM_A_CHECK_PAD);
	return pkvm_nl_finish(info, &reply, err);
}

int pkvm_nl_selftest_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	struct pkvm_selftest test;
	int err = pkvm_nl_explain(info->extack, pkvm_selftest(&test)) ?:
		  pkvm_nl_begin(info, &reply);

	if (err)
		return err;
	err = nla_put_u32(reply.skb, PKVM_A_SELFTEST_STEPS, test.steps) ?:
	      nla_put_u32(reply.skb, PKVM_A_SELFTEST_PASSED, test.passed);
	if (!err && test.line)
		err = nla_put_u32(reply.skb, PKVM_A_SELFTEST_LINE, test.line);
	return pkvm_nl_finish(info, &reply, err);
}
