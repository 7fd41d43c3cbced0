/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What survives a restart: the demand learnt and the damping. One small file, replaced as a
 * whole whenever something in it changes, which is seldom: being killed at any moment loses
 * nothing, and a loss of power at the most what was learnt last.
 */
#ifndef PKVMD_STORE_H
#define PKVMD_STORE_H

#include "policy.h"

struct store;

/* @directory may be NULL: nothing is kept. Returns 0 or -ENOMEM. */
int store_new(const char *directory, struct store **ret);
void store_free(struct store *store);

/*
 * Reads what was kept into @policy, faded by the time that has gone by. Nothing kept is no
 * error; a file that makes no sense is -EBADMSG, and leaves @policy as it is.
 */
int store_load(struct store *store, const struct config *config, uint64_t now,
	       struct policy_state *policy);

/*
 * Writes if something has changed since the last time. Returns 0 or a negative errno; one
 * that goes on is returned once.
 */
int store_save(struct store *store, const struct policy_state *policy, uint64_t now);

#endif
