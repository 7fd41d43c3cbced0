/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manager: owns loop, configuration, policy, counters and what is known of EL2, and
 * is the only one that changes them. Others (bus, metrics) read its members, call the
 * functions below and observe. All in one thread, from handlers of the loop.
 */
#ifndef PKVMD_MANAGER_H
#define PKVMD_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pkvm.h>
#include <systemd/sd-event.h>

#include "../ctl/message.h"
#include "config.h"
#include "counters.h"
#include "decisions.h"
#include "policy.h"

enum manager_state {
	MANAGER_WAITING,	/* for the module to be loaded */
	MANAGER_LIVE,
	MANAGER_DEAD,		/* EL2 does not answer any more, or was given back */
	MANAGER_MISMATCH,	/* the module speaks another version */
	MANAGER_STATES
};

/* "waiting", "live", "dead", "mismatch" */
const char *manager_state_name(enum manager_state state);

/* An action, from its beginning on. */
struct action {
	enum policy_action kind;	/* POLICY_NONE: none is under way */
	enum policy_reason reason;
	enum action_origin origin;
	bool dry_run;
	uint64_t asked, done;		/* pages */
	uint64_t began;			/* us, monotonic */
	uint64_t took;			/* us; once it has ended */
	int error;			/* negative errno; once it has ended */
	char sentence[256];		/* why it fell short, or "" */
};

/* Any member may be NULL. The observer unlinks itself before it goes. */
struct manager_observer {
	/* @decision has the figures by which it was decided, or asked for. */
	void (*action_begins)(const struct action *action, const struct policy_decision *decision,
			      void *arg);
	void (*action_ends)(const struct action *action, void *arg);
	/* State, level, shrinker, configuration or probe: what changes seldom. */
	void (*changed)(void *arg);
	void *arg;
	struct manager_observer *next;
};

struct manager_paths;
struct link;		/* link.h: the module */
struct pressure;	/* pressure.h: PSI */
struct probe_watch;	/* probe_watch.h: pkvmd-probe */
struct runner;		/* runner.h: actions */
struct store;		/* store.h: what survives a restart */

struct manager {
	sd_event *event;
	struct config config;
	uint64_t config_version;		/* another one, another number */
	struct policy_state policy;
	struct policy_sample sample;		/* the last one */
	struct policy_decision decision;	/* the last one */
	struct counters counters;
	struct decisions decisions;

	enum manager_state state;
	struct pkvm_info info;			/* while LIVE or DEAD */
	struct pkvm_stats stats;		/* as of the last look; zero while WAITING */
	struct pkvm_page_stats page_stats;	/* as stats; filled by manager_refresh() only */
	struct pkvm_shrinker shrinker;

	bool probe_running;			/* pkvmd-probe measures hyp requests */
	struct ctl_message probe_reason;	/* why it does not, or "" */

	struct link *link;
	struct pressure *pressure;
	struct probe_watch *probe;
	struct runner *runner;
	struct store *store;
	const struct manager_paths *paths;	/* outlives it */
	bool dry_run;				/* by command line, whatever is configured */
	bool blind;				/* EL2's figures could not be had last time */
	struct manager_observer *observers;
	sd_event_source *look;			/* a step of the policy is due */
	sd_event_source *timer;			/* decision.look_again, while there is one */
};

struct manager_paths {
	const char *config_root;	/* "" for /etc and so on; a prefix for tests */
	const char *state_directory;	/* or NULL: nothing is kept */
	const char *pressure_file;	/* /proc/pressure/memory */
	const char *cgroup_root;	/* /sys/fs/cgroup */
	const char *meminfo_file;	/* /proc/meminfo */
	const char *probe_directory;	/* where pkvmd-probe pins */
};

/* Returns 0 or a negative errno, which has been told. @dry_run wins over the configuration. */
int manager_new(const struct manager_paths *paths, bool dry_run, struct manager **ret);

/* Waits for nothing; an action that is under way ends where it is. NULL is fine. */
void manager_free(struct manager *manager);

/* Until SIGTERM or SIGINT, or a negative errno. */
int manager_run(struct manager *manager);

void manager_observe(struct manager *manager, struct manager_observer *observer);
void manager_unobserve(struct manager *manager, struct manager_observer *observer);

/* Called once when a person's action has ended, from the loop. */
typedef void (*manager_done_fn)(const struct action *action, void *arg);

/*
 * A person wants pages moved: POLICY_TOPUP or POLICY_RECLAIM of 1 to PKVM_NL_MAX_PAGES. It is
 * done step by step from the loop, after what is under way. -EINVAL, -ERANGE, -ENODEV (not
 * live), -EBUSY (too many wait) or -ENOMEM, with a sentence; then @done is not called.
 */
int manager_request(struct manager *manager, enum policy_action kind, uint64_t pages,
		    manager_done_fn done, void *arg, struct ctl_message *message);

struct manager_setting {
	const char *key, *text;
};

/*
 * Keys until the next reload: all of them or, after an error, none. Errors as config_set(),
 * config_check() (once all are set); -ENOENT: no such key.
 */
int manager_set(struct manager *manager, const struct manager_setting *settings, size_t n,
		struct ctl_message *message);

/* Reads the files again. After an error the old configuration stays. */
int manager_reload(struct manager *manager, struct ctl_message *message);

/* Looks at EL2's figures now: manager->stats. Returns 0 or a negative errno. */
int manager_refresh(struct manager *manager);

/* The caller frees *ret. -ENODEV: no module. */
int manager_list_vms(struct manager *manager, struct pkvm_vm **ret, size_t *ret_n,
		     struct ctl_message *message);

/* Something may be different: a step of the policy in the next round of the loop. */
void manager_look(struct manager *manager);

#endif
