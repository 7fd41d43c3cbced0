/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's events on their way to the tracepoints of trace_hyp.h. Which of these somebody is
 * attached to decides what EL2 writes; with the first, each CPU gets a ring, with the last
 * they go. Nothing of it is there, or costs anything, while nobody is.
 */
#ifndef PKVM_KMOD_HYPTRACE_H
#define PKVM_KMOD_HYPTRACE_H

#include <linux/types.h>

#include <pkvm/trace.h>

/*
 * While EL2 is held. The tracepoints cannot be attached to before (-ENODEV); stopping tells
 * what has been written and takes the rings away, whoever is still attached. Process context.
 */
void pkvm_hyptrace_start(void);
void pkvm_hyptrace_stop(void);

/*
 * Called as the first one attaches to an event's tracepoint, and before the last one is
 * detached: what EL2 wrote until then is told. On: 0 or an errno. Process context.
 */
int pkvm_hyptrace_on(enum pkvm_trace_event event);
void pkvm_hyptrace_off(enum pkvm_trace_event event);

/* To the tracepoints: one record that EL2 wrote on a CPU, or what it has lost. Any context. */
void pkvm_hyptrace_tell(u32 cpu, u64 ts, const struct pkvm_trace_record *record);
void pkvm_hyptrace_tell_lost(u32 cpu, u64 ts, u64 overwritten, u64 dropped);

#endif
