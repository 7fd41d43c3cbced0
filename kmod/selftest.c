// SPDX-License-Identifier: GPL-2.0-only
/* Runs EL2's self-test, a step a hypercall, so that no CPU stays at EL2 for long. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "hcall.h"
#include "request.h"
#include "selftest.h"

/* EL2 has one self-test heap. Held over hypercalls that sleep; nests in nothing. */
static DEFINE_MUTEX(selftest_lock);

static int run_steps(struct pkvm_selftest *ret)
{
	struct pkvm_selftest test = {};
	u64 step = 0;

	do {
		struct arm_smccc_1_2_regs regs = { .a1 = step };
		int err = pkvm_hcall_req(PKVM_HCALL_SELFTEST, &regs, NULL);

		if (err)
			return err;
		step = regs.a2;
		test.steps = regs.a3;
		test.line = regs.a4;
		if (test.line)
			break;
		test.passed++;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	} while (step);
	*ret = test;
	return 0;
}

int pkvm_selftest(struct pkvm_selftest *ret)
{
	int err = mutex_lock_killable(&selftest_lock);

	if (err)
		return err;
	err = run_steps(ret);
	mutex_unlock(&selftest_lock);
	return err;
}

int pkvm_selftest_at_load(void)
{
	struct pkvm_selftest test;
	int err = pkvm_selftest(&test);

	if (err) {
		pr_err("EL2's self-test could not run: error %d\n", err);
		return err;
	}
	if (test.line) {
		pr_err("EL2's self-test failed in step %llu of %llu, at its source line %llu\n",
		       test.passed + 1, test.steps, test.line);
		return -EIO;
	}
	pr_info("EL2's self-test passed, %llu steps\n", test.steps);
	return 0;
}
