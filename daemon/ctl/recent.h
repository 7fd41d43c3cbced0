/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's recent events, EL2's among them, as far as somebody traces them. */
#ifndef CTL_RECENT_H
#define CTL_RECENT_H

#include <stdio.h>

/* So many events are told of each buffer, the last ones. */
#define CTL_RECENT_EVENTS	1000

/*
 * Of the trace buffer of @tracefs, and of those of its instances: which of the module's events are
 * on, and the last ones that it holds. What is read stays there. What cannot be read is told in
 * its place.
 */
void ctl_recent_events(const char *tracefs, FILE *out);

#endif
