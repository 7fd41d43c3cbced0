/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client library with a module of our own behind it: it does what the test has set. */
#ifndef FAKE_CLIENT_H
#define FAKE_CLIENT_H

#include "pkvm.h"

#define FAKE_MAX_CALLS	8

struct fake_module {
	/* Calls that succeed before all others fail; -1 for no failure. Connecting is the first. */
	int calls_left;
	enum pkvm_failure failure;
	const char *sentence;

	struct pkvm_info info;
	struct pkvm_stats stats;
	struct pkvm_shrinker shrinker;
	struct pkvm_page_stats page_stats;
	struct pkvm_page page;
	struct pkvm_check check;
	struct pkvm_selftest selftest;
	struct pkvm_crash_record crash;
	const struct pkvm_region *regions;
	size_t nr_regions;
	const struct pkvm_vm *vms;
	size_t nr_vms;

	uint64_t topup_room, reclaimable;	/* pages; a shortage has the sentence above */
	uint64_t topup_excess;			/* pages beyond those asked for */

	/* Events that a monitor gets; when they are fetched, @monitor_end follows. */
	const struct pkvm_event *events;
	size_t nr_events;
	int monitor_end;

	/* What was asked for. */
	unsigned int nr_topups, nr_reclaims, nr_created, nr_destroyed, which;
	uint64_t topup_pages[FAKE_MAX_CALLS];
	struct pkvm_vm_config config;
	uint32_t destroyed[FAKE_MAX_CALLS];
	unsigned int monitor_groups;
	int open_clients, open_monitors;
};

extern struct fake_module fake_module;

#endif
