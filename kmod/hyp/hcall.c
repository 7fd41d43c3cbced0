// SPDX-License-Identifier: GPL-2.0-only
/* The table of hypercalls, and what is the same for all of them. */
#include "hcall.h"

#include "arch.h"
#include "errno.h"
#include "mm.h"
#include "smccc.h"
#include "stock.h"
#include "string.h"
#include "trace.h"

enum hcall_flags {
	HCALL_REQUESTS = 1,	/* marked R in hypercall.h */
	HCALL_CLOSING = 2,	/* answered once teardown has begun, too */
};

struct hcall_entry {
	int (*handler)(struct hcall *call);
	u8 flags;
	u8 cause;		/* enum pkvm_req_cause, of its requests */
};

#define TRACED(handler)		(HYP_TRACE ? (handler) : NULL)

static const struct hcall_entry entries[PKVM_HCALL_COUNT] = {
	[PKVM_HCALL_VERSION] = { hcall_version, HCALL_CLOSING, 0 },
	[PKVM_HCALL_STATS] = { hcall_stats, HCALL_CLOSING, 0 },
	[PKVM_HCALL_TOPUP_LIST] = { hcall_topup_list, 0, 0 },
	[PKVM_HCALL_TOPUP_RANGE] = { hcall_topup_range, 0, 0 },
	[PKVM_HCALL_CREDIT_DROP] = { hcall_credit_drop, 0, 0 },
	[PKVM_HCALL_RECLAIM] = { hcall_reclaim, 0, 0 },
	[PKVM_HCALL_RECLAIMABLE] = { hcall_reclaimable, 0, 0 },
	[PKVM_HCALL_HEAP_MAP] = { hcall_heap_map, 0, 0 },
	[PKVM_HCALL_HEAP_CHECK] = { hcall_heap_check, 0, 0 },
	[PKVM_HCALL_SELFTEST] = { hcall_selftest, HCALL_REQUESTS, PKVM_CAUSE_SELFTEST },
	[PKVM_HCALL_VM_CREATE] = { hcall_vm_create, HCALL_REQUESTS, PKVM_CAUSE_VM },
	[PKVM_HCALL_VCPU_CREATE] = { hcall_vcpu_create, HCALL_REQUESTS, PKVM_CAUSE_VCPU },
	[PKVM_HCALL_VM_DESTROY] = { hcall_vm_destroy, 0, 0 },
	[PKVM_HCALL_VM_INFO] = { hcall_vm_info, 0, 0 },
	[PKVM_HCALL_TEARDOWN] = { hcall_teardown, HCALL_CLOSING, 0 },
	[PKVM_HCALL_CPU_LEAVE] = { hcall_cpu_leave, HCALL_CLOSING, 0 },
	[PKVM_HCALL_CRASH] = { hcall_crash, HCALL_CLOSING, 0 },
	[PKVM_HCALL_VIOLATIONS] = { hcall_violations, HCALL_CLOSING, 0 },
	[PKVM_HCALL_PAGE_STATE] = { hcall_page_state, HCALL_CLOSING, 0 },
	[PKVM_HCALL_SHARE_HYP] = { hcall_share_hyp, HCALL_REQUESTS, PKVM_CAUSE_OTHER },
	[PKVM_HCALL_UNSHARE_HYP] = { hcall_unshare_hyp, 0, 0 },
	[PKVM_HCALL_GUEST_DONATE] = { hcall_guest_donate, HCALL_REQUESTS, PKVM_CAUSE_VM },
	[PKVM_HCALL_GUEST_SHARE] = { hcall_guest_share, HCALL_REQUESTS, PKVM_CAUSE_VM },
	[PKVM_HCALL_GUEST_UNSHARE] = { hcall_guest_unshare, 0, 0 },
	[PKVM_HCALL_TRACE_ENABLE] = { TRACED(hcall_trace_enable), 0, 0 },
	[PKVM_HCALL_TRACE_LOAD] = { TRACED(hcall_trace_load), HCALL_REQUESTS, PKVM_CAUSE_OTHER },
	[PKVM_HCALL_TRACE_UNLOAD] = { TRACED(hcall_trace_unload), 0, 0 },
	[PKVM_HCALL_TRACE_SWAP] = { TRACED(hcall_trace_swap), 0, 0 },
	[PKVM_HCALL_TRACE_RESET] = { TRACED(hcall_trace_reset), 0, 0 },
	[PKVM_HCALL_CPU_NUMBER] = { hcall_cpu_number, 0, 0 },
#ifdef CONFIG_HYP_DEBUG
	[PKVM_HCALL_DEBUG_PANIC] = { hcall_debug_panic, 0, 0 },
#endif
};

/* x0 may hold anything; the function id is its low half. */
static u64 hcall_nr(u64 x0)
{
	return ((u32)x0 & ~SMCCC_SVE_HINT) - PKVM_HCALL_BASE;
}

static const struct hcall_entry *find_entry(u64 x0)
{
	u64 nr = hcall_nr(x0);

	if (nr >= PKVM_HCALL_COUNT)
		return NULL;
	nr = arch_index_nospec(nr, PKVM_HCALL_COUNT);
	return entries[nr].handler ? &entries[nr] : NULL;
}

/* Credit goes in, whatever happens none comes out, and a shortage becomes a request. */
static int call_with_credit(const struct hcall_entry *entry, struct hcall *call)
{
	struct pkvm_req req = { .type = PKVM_REQ_PAGES, .cause = entry->cause };
	int err;

	call->ask.credit = call->arg[7];
	err = entry->handler(call);
	if (call->ask.credit)
		stock_credit_give_up(&call->ask);
	if (err == -HYP_ENOMEM && call->ask.shortage) {
		call->ret[2] = pkvm_req_encode(&req);
		call->ret[3] = call->ask.shortage;
		mm_count_request(call->ask.shortage);
		trace(PKVM_TRACE_REQUEST, entry->cause, call->ask.shortage, 0);
	}
	return err;
}

static int call_handler(const struct hcall_entry *entry, struct hcall *call)
{
	if (mm_closing() && !(entry->flags & HCALL_CLOSING))
		return -HYP_ESHUTDOWN;
	return entry->flags & HCALL_REQUESTS ? call_with_credit(entry, call) : entry->handler(call);
}

bool hyp_hcall_is_trace(u64 x0)
{
	u64 nr = hcall_nr(x0);

	return nr >= PKVM_HCALL_TRACE_ENABLE && nr <= PKVM_HCALL_TRACE_RESET;
}

void hyp_hcall(u64 regs[HCALL_REGS])
{
	const struct hcall_entry *entry = find_entry(regs[0]);
	struct hcall call = {};

	if (!entry) {
		regs[0] = SMCCC_NOT_SUPPORTED;
		return;
	}
	memcpy(call.arg, regs, sizeof(call.arg));
	call.ret[1] = (s64)call_handler(entry, &call);
	memcpy(regs, call.ret, sizeof(call.ret));
}
