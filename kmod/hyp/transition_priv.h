/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind transition.h share. Under the memory lock. */
#ifndef HYP_TRANSITION_PRIV_H
#define HYP_TRANSITION_PRIV_H

#include <pkvm/hypercall.h>

#include "host_s2.h"
#include "mm_priv.h"
#include "page.h"
#include "types.h"

/*
 * 0 if nr pages are RAM, the host's according to its stage-2, and in that state according
 * to the vmemmap; pa and nr are any numbers. Otherwise as transition.h says.
 */
int __check_host_pages(phys_addr_t pa, u64 nr, enum page_state state);

#endif
