/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind host_s2.h share. Under the memory lock. */
#ifndef HYP_HOST_S2_PRIV_H
#define HYP_HOST_S2_PRIV_H

#include <pkvm/boot.h>

#include "types.h"

struct host_s2 {
	const struct pkvm_boot *boot;
	phys_addr_t spare[PKVM_S2_SPARE_TABLES];	/* free ones */
	unsigned int nr_spare;
	u64 tables;		/* in use, the loader's not counted */
	u64 hyp_pages, guest_pages;
	u64 gibs, blocks;	/* split now */
	u64 refused;
};

extern struct host_s2 host_s2;

/* Whether the table that an entry points to is one of the loader's spare ones; and its return. */
bool s2_is_spare(u64 entry);
void __s2_put_spare(u64 entry);

/* The GiB's table moves to another page of EL2's, whatever that held. Returns the old entry. */
u64 __s2_move_gib_table(u64 ipa, phys_addr_t to);

/*
 * With nothing left in it that is not plain, a block's table goes, and then the GiB's: they
 * came from the stock, for a guest.
 */
void __s2_merge_stock_tables(phys_addr_t pa);

#endif
