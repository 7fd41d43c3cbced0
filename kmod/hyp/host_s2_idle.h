/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle tables of the host's stage-2: pages that are EL2's only because they are tables,
 * with nothing for which these would be needed. Under the memory lock.
 *
 * Idle are: the table of a block, if it is the only page there that is EL2's; and the
 * table of a GiB together with that of the block it lies in, if they are all of the GiB
 * that is EL2's. Each case is listed by its block's table, linked through the owned
 * entry which that table has for itself.
 */
#ifndef HYP_HOST_S2_IDLE_H
#define HYP_HOST_S2_IDLE_H

#include <pkvm/boot.h>

#include "types.h"

/* Once. */
void s2_idle_init(const struct pkvm_boot *boot);

/* Whether an entry points to a table that lies in what it translates and is not the loader's. */
bool s2_is_own_table(u64 entry, u64 ipa, unsigned int level);

/*
 * Around each change to the GiB that ipa lies in, which concerns ipa's block only: what
 * is idle there leaves the list before, and what is then enters it after.
 */
void __s2_idle_leave(u64 ipa);
void __s2_idle_enter(u64 ipa);

/* An address in the block listed first, those of single blocks before others. False: none. */
bool __s2_idle_first(u64 *ret_ipa);

/* How many pages are idle. */
u64 __s2_idle_pages(void);

#endif
