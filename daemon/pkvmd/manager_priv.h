/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the manager's own parts (link, runner) tell it. */
#ifndef PKVMD_MANAGER_PRIV_H
#define PKVMD_MANAGER_PRIV_H

#include "manager.h"

/* EL2 is found, has stopped, or speaks another version. */
void manager_set_state(struct manager *manager, enum manager_state state);

/* The module is gone, or was never there: WAITING, all figures zero, no action goes on. */
void manager_lost(struct manager *manager);

/* What is seldom different is. */
void manager_changed(struct manager *manager);

/* @action, which the policy has decided or a person wants, begins or has ended. */
void manager_action_begins(struct manager *manager, const struct action *action);
void manager_action_ended(struct manager *manager, const struct action *action);

/* A handler of manager->look: samples, asks the policy, does what it says. */
int manager_step(sd_event_source *source, void *arg);

/* Monotonic, us. */
uint64_t manager_now(void);

/* For the journal, and systemd's status line. */
void tell_state(const struct manager *manager);
void tell_status(const struct manager *manager);
void tell_action_begins(const struct action *action, const struct policy_decision *decision);
void tell_action_ended(const struct action *action, const struct manager *manager);
void tell_suppression(const struct manager *manager);
void tell_ping_pong(const struct manager *manager);

#endif
