// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens, told to the journal and to systemd. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "log.h"
#include "manager_priv.h"

static const char *const states[MANAGER_STATES] = {
	[MANAGER_WAITING] = "waiting",
	[MANAGER_LIVE] = "live",
	[MANAGER_DEAD] = "dead",
	[MANAGER_MISMATCH] = "mismatch",
};

static const struct {
	int priority;
	const char *text;
} sentences[MANAGER_STATES] = {
	[MANAGER_WAITING] = { LOG_NOTICE, "Waiting for the pkvm module to be loaded" },
	[MANAGER_LIVE] = { LOG_NOTICE, "Supplying EL2" },
	[MANAGER_DEAD] = { LOG_ERR, "EL2 has stopped, or was given back ahead of a restart" },
	[MANAGER_MISMATCH] = { LOG_ERR, "The pkvm module speaks another version" },
};

static const struct {
	const char *begins, *ends, *fails, *suppressed;
} ids[POLICY_ACTIONS] = {
	[POLICY_TOPUP] = { LOG_ID_TOPUP_BEGINS, LOG_ID_TOPUP_ENDS, LOG_ID_TOPUP_FAILS,
			   LOG_ID_TOPUP_SUPPRESSED },
	[POLICY_RELEASE] = { LOG_ID_RELEASE_BEGINS, LOG_ID_RELEASE_ENDS, LOG_ID_RELEASE_FAILS,
			     LOG_ID_RELEASE_SUPPRESSED },
	[POLICY_RECLAIM] = { LOG_ID_RECLAIM_BEGINS, LOG_ID_RECLAIM_ENDS, LOG_ID_RECLAIM_FAILS,
			     LOG_ID_RECLAIM_SUPPRESSED },
};

const char *manager_state_name(enum manager_state state)
{
	return states[state];
}

void tell_state(const struct manager *manager)
{
	struct log_entry entry;

	log_begin(&entry, sentences[manager->state].priority, LOG_ID_STATE, "%s",
		  sentences[manager->state].text);
	log_add(&entry, "PKVM_STATE", "%s", states[manager->state]);
	log_send(&entry);
	tell_status(manager);
}

void tell_status(const struct manager *manager)
{
	bool pressed = manager->policy.level != LEVEL_NONE;

	sd_notifyf(0, "STATUS=%s%s%s%s%s", sentences[manager->state].text,
		   pressed ? "; memory pressure: " : "",
		   pressed ? policy_level_name(manager->policy.level) : "",
		   manager->probe_running ? "" : "; no probe: ", manager->probe_reason.text);
}

static void add_decision(struct log_entry *entry, const struct policy_decision *decision)
{
	log_add(entry, "PKVM_REASON", "%s", policy_reason_name(decision->reason));
	log_add(entry, "PKVM_RESERVE_PAGES", "%" PRIu64, decision->reserve);
	log_add(entry, "PKVM_LOW_MARK_PAGES", "%" PRIu64, decision->low);
	log_add(entry, "PKVM_TARGET_PAGES", "%" PRIu64, decision->target);
	log_add(entry, "PKVM_PRESSURE", "%s", policy_level_name(decision->level));
	log_add(entry, "PKVM_STALLED_PERCENT", "%u.%02u", decision->avg10 / 100,
		decision->avg10 % 100);
}

static void add_action(struct log_entry *entry, const struct action *action)
{
	log_add(entry, "PKVM_ACTION", "%s", policy_action_name(action->kind));
	log_add(entry, "PKVM_ASKED_PAGES", "%" PRIu64, action->asked);
	log_add(entry, "PKVM_DRY_RUN", "%d", action->dry_run);
}

void tell_action_begins(const struct action *action, const struct policy_decision *decision)
{
	struct log_entry entry;

	log_begin(&entry, LOG_INFO, ids[action->kind].begins,
		  "%s of %" PRIu64 " pages%s begins: %s", policy_action_name(action->kind),
		  action->asked, action->dry_run ? " (dry run)" : "", policy_reason_text(action->reason));
	add_action(&entry, action);
	add_decision(&entry, decision);
	log_send(&entry);
}

void tell_action_ended(const struct action *action, const struct manager *manager)
{
	struct log_entry entry;
	const char *why = *action->sentence ? action->sentence :
			  action->error     ? strerror(-action->error) :
					      NULL;
	bool failed = action->error && action->error != -ECANCELED;

	log_begin(&entry, failed ? LOG_WARNING : LOG_INFO,
		  failed ? ids[action->kind].fails : ids[action->kind].ends,
		  "%s moved %" PRIu64 " of %" PRIu64 " pages in %" PRIu64 " us%s%s",
		  policy_action_name(action->kind), action->done, action->asked, action->took,
		  why ? ": " : "", why ?: "");
	add_action(&entry, action);
	log_add(&entry, "PKVM_REASON", "%s", policy_reason_name(action->reason));
	log_add(&entry, "PKVM_MOVED_PAGES", "%" PRIu64, action->done);
	log_add(&entry, "PKVM_TOOK_USEC", "%" PRIu64, action->took);
	log_add(&entry, "PKVM_RESERVE_PAGES", "%" PRIu64, manager->stats.mem.reclaimable);
	if (action->error)
		log_add(&entry, "ERRNO", "%d", -action->error);
	log_send(&entry);
}

void tell_suppression(const struct manager *manager)
{
	const struct policy_decision *decision = &manager->decision;
	struct log_entry entry;

	log_begin(&entry, LOG_INFO, ids[decision->suppressed].suppressed, "no %s: %s",
		  policy_action_name(decision->suppressed), policy_reason_text(decision->reason));
	log_add(&entry, "PKVM_ACTION", "%s", policy_action_name(decision->suppressed));
	log_add(&entry, "PKVM_ASKED_PAGES", "%" PRIu64, decision->pages);
	add_decision(&entry, decision);
	log_send(&entry);
}

void tell_ping_pong(const struct manager *manager)
{
	uint32_t enter = policy_enter(&manager->policy, &manager->config);
	struct log_entry entry;

	log_begin(&entry, LOG_NOTICE, LOG_ID_PING_PONG,
		  "what was taken back is donated again: pressure counts from %u.%02u %% on now",
		  enter / 100, enter % 100);
	log_add(&entry, "PKVM_PING_PONGS", "%" PRIu64, manager->policy.ping_pongs);
	log_send(&entry);
}
