/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the line of an event begins, whatever told it: when, and what happened. */
#ifndef CTL_LINE_H
#define CTL_LINE_H

#include <stdio.h>
#include <time.h>

#include "json.h"
#include "style.h"

/*
 * @when: wall clock. With @style->json the object is left open, for @json (which has begun
 * nothing yet, and one_line set) to end.
 */
void ctl_begin_line(FILE *out, struct ctl_json *json, const char *what,
		    const struct timespec *when, const struct ctl_style *style);

#endif
