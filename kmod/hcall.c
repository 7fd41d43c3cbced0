// SPDX-License-Identifier: GPL-2.0-only
/* The hypercall itself: registers in, errno out. */
#include <linux/errno.h>

#include "crash.h"
#include "el2_call.h"
#include "hcall.h"

int pkvm_hcall(enum pkvm_hcall_nr nr, struct arm_smccc_1_2_regs *regs)
{
	int ret;

	if (pkvm_is_dead())
		return -EIO;
	regs->a0 = PKVM_HCALL_ID(nr);
	el2_hvc(regs);
	if (regs->a0 == HVC_STUB_ERR)
		return -ENXIO;
	if (regs->a0)
		return -EOPNOTSUPP;
	ret = (int)regs->a1;
	if (ret == -EIO)
		pkvm_found_dead();
	return ret;
}
