/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls that may run short of pages: answers their requests and calls again. */
#ifndef PKVM_KMOD_REQUEST_H
#define PKVM_KMOD_REQUEST_H

#include <linux/types.h>

#include "hcall.h"

/* How often a call is made in all before its shortage is the caller's -ENOMEM. */
#define PKVM_REQ_MAX_TRIES	8

/* The most pages that one request may ask for (16 MiB): more is a fault of EL2's, not a need. */
#define PKVM_REQ_MAX_PAGES	4096

/* On whose behalf a call is made, and what answering its requests took. */
struct pkvm_req_origin {
	u32 vm;		/* in: handle, 0 for none or one that is being created */
	u32 requests;	/* in and out: requests answered are added */
	u64 pages;	/* in and out: pages topped up are added */
};

/*
 * pkvm_hcall() for the calls marked R in hypercall.h; arguments in regs->a1 to a6,
 * a7 is taken. regs holds the results of the last call made. Process context,
 * sleeps, charges pages to the caller's memcg. origin may be NULL.
 *
 * Returns 0; -ENOMEM when the host has no memory or the tries are used up, -E2BIG
 * for a request beyond PKVM_REQ_MAX_PAGES, -EINTR on a fatal signal, or what
 * pkvm_hcall() returned. After an error EL2 is as before but for pages that were
 * topped up: they are in the stock, not credited, and reclaimable.
 */
int pkvm_hcall_req(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs,
		   struct pkvm_req_origin *origin);

#endif
