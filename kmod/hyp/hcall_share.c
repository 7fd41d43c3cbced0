// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls by which the host shares pages with EL2, and gives pages to guests. */
#include "hcall.h"

#include "errno.h"
#include "transition.h"
#include "vm.h"

int hcall_share_hyp(struct hcall *call)
{
	int err;

	hyp_spin_lock(&mm_lock);
	err = mm_closing() ? -HYP_ESHUTDOWN :
			     __host_share_hyp(call->arg[1], call->arg[2], &call->ask);
	hyp_spin_unlock(&mm_lock);
	return err;
}

int hcall_unshare_hyp(struct hcall *call)
{
	int err;

	hyp_spin_lock(&mm_lock);
	err = __host_unshare_hyp(call->arg[1], call->arg[2]);
	hyp_spin_unlock(&mm_lock);
	return err;
}

int hcall_guest_donate(struct hcall *call)
{
	return vm_donate(call->arg[1], call->arg[2], call->arg[3], call->arg[4], &call->ask);
}

int hcall_guest_share(struct hcall *call)
{
	return vm_share(call->arg[1], call->arg[2], call->arg[3], call->arg[4], &call->ask);
}

int hcall_guest_unshare(struct hcall *call)
{
	return vm_unshare(call->arg[1], call->arg[2], call->arg[3]);
}
