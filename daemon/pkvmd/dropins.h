/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drop-ins count, and in which order: systemd's rules. */
#ifndef PKVMD_DROPINS_H
#define PKVMD_DROPINS_H

#include <stddef.h>

#include "../ctl/message.h"

struct dropins {
	char **paths;		/* @root included */
	size_t n;
};

/*
 * The *.conf of {/etc,/run,/usr/lib}/pkvmd.conf.d below @root, by name; of one name the first
 * of these folders. Returns 0, or a negative errno with a sentence. The caller releases *ret.
 */
int dropins_list(const char *root, struct dropins *ret, struct ctl_message *message);
void dropins_release(struct dropins *dropins);

#endif
