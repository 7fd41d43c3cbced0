/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the self-test that is about ownership of pages. */
#ifndef HYP_SELFTEST_OWN_H
#define HYP_SELFTEST_OWN_H

#include "mm.h"

#define SELFTEST_OWN_STEPS	7

/*
 * Step 0 and above. 0, or the line of selftest_own.c where a check failed, or -HYP_ENOMEM with
 * nothing done, as hyp_reserve() says. Takes the memory lock; holds nothing when it returns.
 */
int selftest_own(unsigned int step, struct hyp_ask *ask);

#endif
