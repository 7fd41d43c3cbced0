/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pkvmd as pkvmctl sees it: over D-Bus, and never started by being asked. Functions
 * return 0 or a negative errno; then ctl_daemon.message has the sentence:
 *   -ENODEV  it does not run, or there is no bus
 *   -EPERM   refused: who asks may not do this
 *   others   what went wrong
 */
#ifndef CTL_DAEMON_H
#define CTL_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "args.h"
#include "message.h"

struct ctl_daemon {
	sd_bus *bus;
	struct ctl_message message;
};

/* Connects to the bus, on which the daemon may run or not. */
int ctl_daemon_open(struct ctl_daemon *daemon);
void ctl_daemon_close(struct ctl_daemon *daemon);

#define CTL_DAEMON_WORD		32
#define CTL_DAEMON_TEXT		512

/* Texts are cut where they do not fit. */
struct ctl_daemon_status {
	char version[CTL_DAEMON_WORD];
	char state[CTL_DAEMON_WORD];
	char level[CTL_DAEMON_WORD];	/* of pressure */
	bool dry_run;
	uint64_t target, low;		/* pages of the reserve */
	uint64_t ping_pongs;
	bool probe_running;		/* pkvmd-probe */
	char probe_reason[CTL_DAEMON_TEXT];	/* why it does not, or "" */
};

int ctl_daemon_status(struct ctl_daemon *daemon, struct ctl_daemon_status *ret);

struct ctl_decision {
	uint64_t time_us;		/* since 1970 */
	char action[CTL_DAEMON_WORD];
	char suppressed[CTL_DAEMON_WORD];
	char reason[CTL_DAEMON_WORD];
	char origin[CTL_DAEMON_WORD];
	bool dry_run;
	uint64_t pages, done;
	uint64_t reserve, low, target;	/* pages */
	char text[CTL_DAEMON_TEXT];
};

/* What the policy has decided last, be it to do nothing. */
int ctl_daemon_explain(struct ctl_daemon *daemon, struct ctl_decision *ret);

/* What was done, or due but not done: at most @limit, newest first. The caller frees *ret. */
int ctl_daemon_decisions(struct ctl_daemon *daemon, uint32_t limit, struct ctl_decision **ret,
			 size_t *ret_n);

struct ctl_policy_key {
	char key[CTL_DAEMON_WORD];
	char value[CTL_DAEMON_TEXT];
	char origin[CTL_DAEMON_TEXT];
};

/* By key. The caller frees *ret. */
int ctl_daemon_policy(struct ctl_daemon *daemon, struct ctl_policy_key **ret, size_t *ret_n);

/* All of them, or none. */
int ctl_daemon_set_policy(struct ctl_daemon *daemon, const struct ctl_pair *pairs, size_t n);

/* @format: "openmetrics" or "prometheus". The caller frees *ret. */
int ctl_daemon_metrics(struct ctl_daemon *daemon, const char *format, char **ret);

#endif
