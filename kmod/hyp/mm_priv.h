/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind mm.h share beside the pages themselves. Under the memory lock. */
#ifndef HYP_MM_PRIV_H
#define HYP_MM_PRIV_H

#include <pkvm/hypercall.h>

#include "mm.h"
#include "types.h"

struct mm {
	const struct pkvm_boot *boot;
	bool closing;			/* teardown has begun: pages only leave */
	struct pkvm_mem_stats count;	/* owned and boot, and all that counts events */
};

extern struct mm mm;

#endif
