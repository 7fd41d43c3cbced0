/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manager over a fake kernel, for the files that test_pkvmd_manager consists of. */
#ifndef PKVMD_MANAGER_TEST_H
#define PKVMD_MANAGER_TEST_H

#include <check.h>

#include "../../daemon/pkvmd/manager.h"

#define FLOOR		256	/* pages, the default */

/* While it is started; ended by the test's end. */
extern struct manager *manager;
extern struct ctl_message message;
extern bool dry_run;			/* by command line */
extern char config_file[64];		/* /etc/pkvmd.conf for it */

/* What its observer has seen. */
extern struct seen {
	unsigned int begun, ended, changed, done;
	struct action last;		/* that has ended */
	struct action done_with;
} seen;

/* What @text is in that file. */
void configure(const char *text);

/* It is started, and settled. */
void start(void);

/* Rounds of the loop until nothing is left to do at once. */
void settle(void);

/* Pages at EL2 that it could give back. */
uint64_t reserve(void);

/* Of test_pkvmd_manager_config.c. */
void add_config_tests(TCase *tcase);

#endif
