/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef PKVMD_OPTIONS_H
#define PKVMD_OPTIONS_H

#include <stdbool.h>

enum option_mode {
	MODE_RUN,
	MODE_PRINT_CONFIG,
	MODE_BUS_INTROSPECT,
	MODE_VERSION,
	MODE_HELP,
};

struct options {
	enum option_mode mode;
	bool dry_run;
};

/* Returns 0, or -EINVAL after a sentence on standard error. */
int options_parse(int argc, char *argv[], struct options *ret);

void options_help(void);

#endif
