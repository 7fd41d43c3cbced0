/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notifications: whoever moves pages tells it here, in any context; a work item
 * sends it to the netlink groups later. Nothing waits and nothing is allocated for
 * it where it happens.
 */
#ifndef PKVM_KMOD_NOTIFY_H
#define PKVM_KMOD_NOTIFY_H

#include <linux/types.h>

#include <pkvm/hypercall.h>

enum pkvm_event_type {
	PKVM_EVENT_REQUEST,	/* a hyp request was answered or given up */
	PKVM_EVENT_TOPUP,	/* of the reserve, not in answer to a request */
	PKVM_EVENT_RECLAIM,
	PKVM_EVENT_SHRINK,
	PKVM_EVENT_VM_CREATE,
	PKVM_EVENT_VM_DESTROY,
	PKVM_EVENT_SHRINKER,	/* the shrinker's knobs have changed */
	PKVM_EVENT_DEAD,	/* EL2 has stopped */
	PKVM_EVENT_FAULT,	/* the host touched what is not its own */
};

/* What a type does not use is 0. Pages are 4 KiB. */
struct pkvm_event {
	enum pkvm_event_type type;
	u64 pages;		/* moved */
	u64 asked;		/* pages asked for */
	u32 vm;			/* handle, 0 for none */
	u8 cause;		/* of a request: enum pkvm_req_cause */
	int err;		/* 0 or negative errno it ended with */
	u32 retries;		/* of a request */
	u64 duration_ns;
	struct pkvm_violation fault;
	u64 lost;		/* faults since the last one told that nobody hears of */
};

/*
 * Queues a copy of the event. Any context, NMI excepted; never sleeps, allocates
 * nothing. When the queue is full the event is dropped and counted.
 */
void pkvm_notify(const struct pkvm_event *ev);

/* Events dropped since load. Any context. */
u64 pkvm_notify_lost(void);

/*
 * From here on events are sent, respectively dropped unsent; until the first call
 * they are queued. The family is registered while sending is on. Process context;
 * pkvm_notify_stop() returns when nothing is being sent.
 */
void pkvm_notify_start(void);
void pkvm_notify_stop(void);

/* On unload, when nobody calls pkvm_notify() any more: waits for the work item. Process context. */
void pkvm_notify_exit(void);

#endif
