/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manager without module, pressure and policy: it has the figures that the test sets. */
#ifndef FAKE_PKVMD_H
#define FAKE_PKVMD_H

#include "../../../daemon/pkvmd/manager.h"

#define FAKE_MAX_SETTINGS	8

struct fake_manager {
	struct manager manager;
	/* What the next call of each kind returns, and its sentence. */
	int request_err, set_err, reload_err, refresh_err;
	const char *sentence;
	struct pkvm_vm *vms;		/* the caller's */
	size_t nr_vms;

	/* What was asked for. */
	unsigned int refreshes, reloads, requests, settings;
	enum policy_action kind;
	uint64_t pages;
	char set[FAKE_MAX_SETTINGS][64];	/* "KEY=VALUE" */
};

/* With a loop, defaults, and figures of which no two are alike. LIVE. */
void fake_manager_init(struct fake_manager *fake);
void fake_manager_release(struct fake_manager *fake);

#endif
