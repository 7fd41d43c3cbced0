/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pkvmctl prints, made of plain structs: nothing here asks the module. Each
 * function prints for people or, with @style->json, JSON, and returns 0 or -ENOMEM.
 */
#ifndef CTL_VIEW_H
#define CTL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "daemon.h"
#include "doctor.h"
#include "pkvm.h"
#include "style.h"

struct ctl_status {
	struct pkvm_info info;
	struct pkvm_shrinker shrinker;
	bool has_stats, has_crash;	/* EL2 lives; EL2 is dead and its record may be seen */
	struct pkvm_stats stats;
	struct pkvm_crash_record crash;
	bool has_daemon;		/* pkvmd runs */
	struct ctl_daemon_status daemon;
};

int ctl_view_status(FILE *out, const struct ctl_status *status, const struct ctl_style *style);

/* @info is NULL when the module is not loaded. */
int ctl_view_version(FILE *out, const struct pkvm_info *info, const struct ctl_style *style);

int ctl_view_doctor(FILE *out, const struct ctl_finding findings[CTL_DOCTOR_CHECKS],
		    const struct ctl_style *style);

int ctl_view_heap(FILE *out, const struct pkvm_stats *stats, const struct ctl_style *style);
int ctl_view_map(FILE *out, const struct pkvm_region *regions, size_t n,
		 const struct ctl_style *style);
int ctl_view_check(FILE *out, const struct pkvm_check *check, const struct ctl_style *style);
int ctl_view_selftest(FILE *out, const struct pkvm_selftest *test, const struct ctl_style *style);

int ctl_view_page(FILE *out, const struct pkvm_page *page, const struct ctl_style *style);
int ctl_view_page_stats(FILE *out, const struct pkvm_page_stats *stats,
			const struct ctl_style *style);

/* @what people call it: "topped up". */
int ctl_view_moved(FILE *out, const char *what, uint64_t pages, const struct ctl_style *style);

int ctl_view_shrinker(FILE *out, const struct pkvm_shrinker *shrinker,
		      const struct pkvm_stats_host *host, const struct ctl_style *style);

int ctl_view_policy(FILE *out, const struct ctl_policy_key *keys, size_t n,
		    const struct ctl_style *style);

/* What the policy says now, and what it said before: newest first. */
int ctl_view_explanation(FILE *out, const struct ctl_decision *now, const struct ctl_decision *past,
			 size_t n, const struct ctl_style *style);

int ctl_view_vms(FILE *out, const struct pkvm_vm *vms, size_t n, const struct ctl_style *style);
int ctl_view_handles(FILE *out, const uint32_t *handles, size_t n, const struct ctl_style *style);
int ctl_view_destroyed(FILE *out, size_t n, const struct ctl_style *style);

/* @when: wall clock. One line. */
int ctl_view_event(FILE *out, const struct pkvm_event *event, const struct timespec *when,
		   const struct ctl_style *style);

/* That events were lost, in place of them. One line. */
int ctl_view_lost(FILE *out, const struct timespec *when, const struct ctl_style *style);

#endif
