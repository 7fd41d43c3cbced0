// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls about traces. Those about a ring name the CPU, which has to be the one they run on. */
#include "hcall.h"

#include "arch.h"
#include "errno.h"
#include "trace.h"
#include "trace_ring.h"

static bool is_here(u64 cpu)
{
	return cpu == arch_cpu();
}

int hcall_trace_enable(struct hcall *call)
{
	if (call->arg[1] & ~PKVM_TRACE_ALL)
		return -HYP_EINVAL;
	call->ret[2] = trace_enable(call->arg[1]);
	return 0;
}

int hcall_trace_load(struct hcall *call)
{
	return is_here(call->arg[1]) ? trace_load(call->arg[2], &call->ask) : -HYP_EINVAL;
}

int hcall_trace_unload(struct hcall *call)
{
	if (!is_here(call->arg[1]))
		return -HYP_EINVAL;
	call->ret[2] = trace_unload();
	return 0;
}

int hcall_trace_swap(struct hcall *call)
{
	struct trace_swap swap;

	if (!is_here(call->arg[1]))
		return -HYP_EINVAL;
	trace_ring_swap(arch_trace_ring(), &swap);
	call->ret[2] = swap.page;
	call->ret[3] = swap.entries;
	call->ret[4] = swap.overwritten;
	call->ret[5] = swap.dropped;
	return 0;
}

int hcall_trace_reset(struct hcall *call)
{
	if (!is_here(call->arg[1]))
		return -HYP_EINVAL;
	trace_ring_reset(arch_trace_ring());
	return 0;
}
