// SPDX-License-Identifier: GPL-2.0-only
/* The code of EL2's tracepoints, and from a record to the one it belongs to. */
#define CREATE_TRACE_POINTS
#include "trace_hyp.h"

#define DEFINE_REG(name, event)			\
	int name##_reg(void)			\
	{					\
		return pkvm_hyptrace_on(event);	\
	}					\
						\
	void name##_unreg(void)			\
	{					\
		pkvm_hyptrace_off(event);	\
	}
PKVM_HYP_EVENTS(DEFINE_REG)

#define TELL(name, event)	[event] = trace_##name,

static void (*const tell[])(u32 cpu, u64 ts, const struct pkvm_trace_record *record) = {
	PKVM_HYP_EVENTS(TELL)
};

static_assert(ARRAY_SIZE(tell) == PKVM_TRACE_EVENTS);

/* Whatever is in the page: it is the host's memory, and may have been written to. */
void pkvm_hyptrace_tell(u32 cpu, u64 ts, const struct pkvm_trace_record *record)
{
	u32 event = READ_ONCE(record->event);

	if (event < PKVM_TRACE_EVENTS)
		tell[event](cpu, ts, record);
}

void pkvm_hyptrace_tell_lost(u32 cpu, u64 ts, u64 overwritten, u64 dropped)
{
	trace_hyp_lost(cpu, ts, overwritten, dropped);
}
