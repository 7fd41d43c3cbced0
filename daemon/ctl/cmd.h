/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands: each asks the module, and once it has all answers prints them
 * through a view. So a command that fails has printed nothing.
 */
#ifndef CTL_CMD_H
#define CTL_CMD_H

#include <stdio.h>

#include "args.h"
#include "daemon.h"
#include "pkvm.h"
#include "style.h"

/* As told in pkvmctl(8). */
enum ctl_exit {
	CTL_EXIT_OK = 0,
	CTL_EXIT_FAILURE = 1,
	CTL_EXIT_USAGE = 2,
	CTL_EXIT_NO_MODULE = 3,
	CTL_EXIT_PERMISSION = 4,
	CTL_EXIT_EL2 = 5,
	CTL_EXIT_NO_DAEMON = 6,
};

struct ctl {
	const struct ctl_args *args;
	struct ctl_style style;
	FILE *out;
	struct pkvm_client *client;
};

/* A command returns the exit status, having told on stderr what failed. */
typedef enum ctl_exit (*ctl_cmd_fn)(struct ctl *ctl);

enum ctl_exit ctl_cmd_status(struct ctl *ctl);
enum ctl_exit ctl_cmd_doctor(struct ctl *ctl);		/* client not connected yet */
enum ctl_exit ctl_cmd_heap_show(struct ctl *ctl);
enum ctl_exit ctl_cmd_heap_map(struct ctl *ctl);
enum ctl_exit ctl_cmd_heap_check(struct ctl *ctl);
enum ctl_exit ctl_cmd_page_show(struct ctl *ctl);
enum ctl_exit ctl_cmd_page_stats(struct ctl *ctl);
enum ctl_exit ctl_cmd_selftest(struct ctl *ctl);
enum ctl_exit ctl_cmd_topup(struct ctl *ctl);
enum ctl_exit ctl_cmd_reclaim(struct ctl *ctl);
enum ctl_exit ctl_cmd_shrinker_show(struct ctl *ctl);
enum ctl_exit ctl_cmd_shrinker_set(struct ctl *ctl);
enum ctl_exit ctl_cmd_vm_create(struct ctl *ctl);
enum ctl_exit ctl_cmd_vm_list(struct ctl *ctl);
enum ctl_exit ctl_cmd_vm_destroy(struct ctl *ctl);
enum ctl_exit ctl_cmd_policy_show(struct ctl *ctl);	/* these are pkvmd's: */
enum ctl_exit ctl_cmd_policy_set(struct ctl *ctl);
enum ctl_exit ctl_cmd_policy_explain(struct ctl *ctl);	/* client not connected */
enum ctl_exit ctl_cmd_metrics(struct ctl *ctl);		/* client not connected yet */
enum ctl_exit ctl_cmd_top(struct ctl *ctl);
enum ctl_exit ctl_cmd_monitor(struct ctl *ctl);
enum ctl_exit ctl_cmd_version(struct ctl *ctl);		/* client not connected yet */

/* Tells the client's sentence on stderr; returns the exit status of its failure. */
enum ctl_exit ctl_client_failed(const struct ctl *ctl);

/* Tells the daemon's sentence on stderr; returns the exit status of its failure @err. */
enum ctl_exit ctl_daemon_failed(const struct ctl_daemon *daemon, int err);

/* Tells a sentence of our own; returns CTL_EXIT_FAILURE. */
enum ctl_exit ctl_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Turns what a view returned into an exit status. */
enum ctl_exit ctl_viewed(int err);

#endif
