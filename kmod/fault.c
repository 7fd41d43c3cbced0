// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for faults that EL2 has remembered, and tells them. EL2 cannot interrupt the host, so
 * somebody has to look; a deferrable work does so while a CPU is awake anyway, as one is that
 * makes faults. An idle machine is not woken for it.
 */
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "fault.h"
#include "hcall.h"
#include "notify.h"
#include "trace.h"

/*
 * How often, how many notifications then, and how many hypercalls: some more than EL2
 * remembers takes. A host that runs wild makes millions.
 */
#define PERIOD		HZ
#define NOTIFY_MAX	8
#define FETCH_MAX	16

/* The number of the fault to ask for next, and those not told. Changed by the work only. */
static u64 next, untold;

static void tell(const struct pkvm_violation *fault, unsigned int *told)
{
	struct pkvm_event ev = { .type = PKVM_EVENT_FAULT, .fault = *fault };

	trace_pkvm_fault(fault);
	if (*told == NOTIFY_MAX) {
		untold++;
		return;
	}
	(*told)++;
	ev.lost = untold;
	untold = 0;
	pkvm_notify(&ev);
}

/* One hypercall's worth. Returns whether there may be more. */
static bool fetch(unsigned int *told)
{
	struct arm_smccc_1_2_regs regs = { .a1 = next };
	struct pkvm_violation faults[PKVM_VIOLATION_ENTRIES];
	unsigned int i, nr;

	if (pkvm_hcall(PKVM_HCALL_VIOLATIONS, &regs))
		return false;
	nr = min_t(unsigned long, regs.a3, PKVM_VIOLATION_ENTRIES);
	untold += regs.a2 - nr - next;
	next = regs.a2;
	memcpy(faults, &regs.a4, nr * sizeof(*faults));
	for (i = 0; i < nr; i++)
		tell(&faults[i], told);
	return nr;
}

static void look(void)
{
	unsigned int told = 0, i;

	for (i = 0; i < FETCH_MAX && fetch(&told); i++)
		cond_resched();
}

static void look_and_rearm(struct work_struct *work)
{
	look();
	schedule_delayed_work(to_delayed_work(work), PERIOD);
}

static DECLARE_DEFERRABLE_WORK(look_work, look_and_rearm);

void pkvm_fault_start(void)
{
	next = 0;
	untold = 0;
	schedule_delayed_work(&look_work, PERIOD);
}

void pkvm_fault_stop(void)
{
	cancel_delayed_work_sync(&look_work);
	look();
}
