// SPDX-License-Identifier: GPL-2.0-only
/* Debug builds only: provokes the deaths of EL2 that tests look at. */
#ifdef PKVM_DEBUG
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "hcall.h"

/* echo N >/sys/module/pkvm/parameters/debug_panic, N as enum pkvm_debug_panic. */
static int set_debug_panic(const char *value, const struct kernel_param *param)
{
	struct arm_smccc_1_2_regs regs = {};
	unsigned int kind;
	int ret;

	ret = kstrtouint(value, 0, &kind);
	if (ret)
		return ret;
	regs.a1 = kind;
	return pkvm_hcall(PKVM_HCALL_DEBUG_PANIC, &regs);
}

static const struct kernel_param_ops debug_panic_ops = { .set = set_debug_panic };

module_param_cb(debug_panic, &debug_panic_ops, NULL, 0200);
MODULE_PARM_DESC(debug_panic, "debug: make EL2 panic: 0 bug, 1 null pointer, 2 write to text, 3 stack overflow, 4 bug with locks held, 5 corrupt heap header; 6 no panic, but CPUs lose their state in low power and wake at once; 7 no more; 8 no panic, but the CPU has all errata");
#endif
