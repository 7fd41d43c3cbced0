/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses the module, so that it cannot be unloaded. */
#ifndef CTL_USE_H
#define CTL_USE_H

#include <stddef.h>
#include <stdint.h>

#include "../probe/holders.h"

struct ctl_use {
	uint64_t references;		/* one a VM, one a BPF program, those that pass */
	struct probe_holder *holders;	/* of BPF programs, as far as we may know */
	size_t nr_holders;
};

/* What cannot be found out is left 0. ctl_use_release() frees what is found. */
void ctl_use_read(struct ctl_use *ret);
void ctl_use_release(struct ctl_use *use);

#endif
