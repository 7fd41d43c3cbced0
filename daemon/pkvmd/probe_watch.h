/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether pkvmd-probe measures: what it pins says so, and the kernel (inotify) says when that
 * comes and goes.
 */
#ifndef PKVMD_PROBE_WATCH_H
#define PKVMD_PROBE_WATCH_H

#include "manager.h"

/*
 * Looks, and goes on to: manager->probe_running and manager->probe_reason. Where the directory
 * is not there nothing will ever come, as the service's view of files was made when it began:
 * that is no error. Returns 0 or a negative errno.
 */
int probe_watch_new(struct manager *manager, struct probe_watch **ret);

/* NULL is fine. */
void probe_watch_free(struct probe_watch *watch);

/* Looks now, as the reason depends on manager->state. Returns whether something is different. */
bool probe_watch_look(struct probe_watch *watch);

#endif
