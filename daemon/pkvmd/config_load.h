/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the configuration files: /etc/pkvmd.conf, then the drop-ins of
 * {/usr/lib,/run,/etc}/pkvmd.conf.d, sorted by name. Of several with one name that
 * of /etc counts, then /run; a link to /dev/null is none. What comes later wins.
 */
#ifndef PKVMD_CONFIG_LOAD_H
#define PKVMD_CONFIG_LOAD_H

#include <stdio.h>

#include "config.h"

/* Told what is wrong but does not keep the rest from being used. */
typedef void (*config_warn_fn)(const char *sentence, void *arg);

/*
 * Loads what lies below @root ("" for the system's own), for a daemon that runs with @running.
 * Unknown keys and bad values are warned of; the value is then that of @running. Returns 0, or
 * a negative errno with a sentence: a file cannot be read, or the values contradict each other.
 */
int config_load(const char *root, const struct config *running, config_warn_fn warn, void *arg,
		struct config *ret, struct ctl_message *message);

/*
 * Likewise, for a daemon that starts, and has to run with something: what was understood counts,
 * and what was not is warned of and has the value that does least harm. Values that contradict
 * each other have their defaults, and where a file cannot be read, the policy is disabled.
 * Returns 0 or -ENOMEM.
 */
int config_load_first(const char *root, config_warn_fn warn, void *arg, struct config *ret);

/*
 * One file, called @name in messages and origins, of which the first 20 are told. @running is
 * NULL for a daemon that starts. Returns 0 or a negative errno.
 */
int config_read(FILE *file, const char *name, struct config *config, const struct config *running,
		config_warn_fn warn, void *arg);

/* Each key with its effective value and where that came from. */
int config_print(const struct config *config, FILE *out);

#endif
