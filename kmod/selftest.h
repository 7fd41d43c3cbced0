/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs EL2's self-test, a step a hypercall. */
#ifndef PKVM_KMOD_SELFTEST_H
#define PKVM_KMOD_SELFTEST_H

#include <linux/types.h>

struct pkvm_selftest {
	u64 steps;	/* in all */
	u64 passed;	/* steps that passed: all of them, or those before the failing one */
	u64 line;	/* of the step's source in hyp/, where a check failed; 0: none did */
};

/*
 * Process context, sleeps; tops up as the steps need. One at a time: others wait.
 * Returns 0 with *ret set (also when a check failed: see line), -EINTR on a fatal
 * signal, or an errno of pkvm_hcall_req(), with *ret untouched.
 */
int pkvm_selftest(struct pkvm_selftest *ret);

/* The same for module load, where a failed check is -EIO and named in the kernel log. */
int pkvm_selftest_at_load(void);

#endif
