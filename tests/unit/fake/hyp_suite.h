/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of EL2's portable part begin and end with. */
#ifndef FAKE_HYP_SUITE_H
#define FAKE_HYP_SUITE_H

#include <check.h>

#include "host.h"
#include "suite.h"

/* Each test in it starts with a new machine. */
static inline TCase *hyp_tcase(void)
{
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, host_start_all, host_stop_all);
	return tcase;
}

/* Runs the tests and returns main()'s result. */
static inline int hyp_suite_run(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);

	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}

#endif
