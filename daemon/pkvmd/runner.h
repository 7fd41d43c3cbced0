/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries actions out, one after the other. Each goes in batches that take turns with all else
 * in the loop: a batch takes the kernel a millisecond or so, the loop stays as quick as that,
 * and no flood of other work keeps EL2 from being supplied. A thread would buy nothing but locks.
 */
#ifndef PKVMD_RUNNER_H
#define PKVMD_RUNNER_H

#include "manager.h"

int runner_new(struct manager *manager, struct runner **ret);

/* Whoever waits is told -ECANCELED. */
void runner_free(struct runner *runner);

/* The one under way; its kind is POLICY_NONE if there is none. */
const struct action *runner_current(const struct runner *runner);

/*
 * @action begins now, or after those that wait, and ends with a call of @done (may be NULL).
 * Returns 0, -EBUSY (too many wait) or -ENOMEM.
 */
int runner_add(struct runner *runner, const struct action *action, manager_done_fn done, void *arg);

/* What is under way ends with @err after the batch that is done; with @all, what waits too. */
void runner_stop(struct runner *runner, int err, bool all);

#endif
