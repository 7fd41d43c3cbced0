/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help, made from the tables of verbs.c. */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include <stdio.h>

/* Everything, or what one object (a word of the tables) can do. */
void ctl_help(FILE *out, const char *object);

#endif
