/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's stage-2: what EL2 owns, the host cannot touch. The memory lock is held,
 * except where a name says otherwise.
 *
 * An identity map in the largest blocks there are. A page that EL2 takes out of it
 * splits the block that it lies in, and the table which that needs is the page itself:
 * a page whose 2 MiB block is whole becomes the block's table. Where the GiB is whole as
 * well, a second table is needed: a spare one of the loader's, replaced by the next page
 * of that GiB. So tables need no other pages, every table of EL2's lies in what it
 * translates, and whether a page is a table can be seen from the tables, at any time.
 *
 * A guest's page cannot become a table, nor can it replace a spare one. What it needs comes
 * from the page stock, and goes back there with the last entry of it that is not plain: a
 * table that lies in what it translates counts itself and never gets there.
 *
 * Tables of which a block or GiB has nothing else that is EL2's are idle; reclaim gets
 * them one by one, and with the last one the block is whole again.
 */
#ifndef HYP_HOST_S2_H
#define HYP_HOST_S2_H

#include <pkvm/boot.h>
#include <pkvm/hypercall.h>

#include "types.h"

/* Once. */
void host_s2_init(const struct pkvm_boot *boot);

/* Whether nr pages of RAM (1 to 512) are the host's, as the stage-2 has it. */
bool __host_s2_owns(phys_addr_t pa, u64 nr);

/* Whether a page of RAM is a table, other than the loader's. */
bool __host_s2_is_table(phys_addr_t pa);

/* Of such a page: how many of its entries are not plain. */
unsigned int __host_s2_table_count(phys_addr_t pa);

/* What becomes of a page of the host's that EL2 takes. */
enum s2_take {
	S2_TAKEN,	/* unmapped: EL2's once the TLBs have been invalidated for it */
	S2_TABLE,	/* EL2's, as the table of its block */
	S2_REFUSED,	/* the host's still: there is no spare table to split its GiB with */
};

enum s2_take __host_s2_take(phys_addr_t pa);

/* The same for a naturally aligned block of 512 pages that are all the host's; never S2_TABLE. */
enum s2_take __host_s2_take_block(phys_addr_t pa);

/* After takes: begins to invalidate for a page or block, and completes it for all of them. */
void __host_s2_flush(phys_addr_t pa);
void __host_s2_flush_sync(void);

/* Both, for the nr pages (1 to 512) that were taken of one block, or all of it. */
void __host_s2_flush_part(phys_addr_t pa, u64 nr);

/*
 * Offers a page that was taken and invalidated. True: it has become a table, whatever it
 * held, for which a spare one was being used. False: take it.
 */
bool __host_s2_adopt(phys_addr_t pa);

/*
 * Gives a page of EL2's to the host. False: it has become the table that this needs, in
 * a block that was EL2's as a whole, and is not the host's yet.
 */
bool __host_s2_give(phys_addr_t pa);

/*
 * Pages of the stock that become tables when nr pages of the host's (1 to 512) get entries
 * of their own which may be a guest's; and makes them, hyp_reserve() having set them aside.
 */
u64 __host_s2_split_cost(phys_addr_t pa, u64 nr);
void __host_s2_split(phys_addr_t pa, u64 nr);

/* Pages of the host's that have such entries become a guest's. Flush, before they are used. */
void __host_s2_to_guest(phys_addr_t pa, u64 nr, u64 handle);

/* A guest's page becomes the host's. */
void __host_s2_from_guest(phys_addr_t pa);

/* A guest's page can be used by the host, too; and no more, once it has been flushed. */
void __host_s2_lend(phys_addr_t pa);
void __host_s2_unlend(phys_addr_t pa, u64 handle);

/* After any change that takes nr pages (1 to 512) away from the host. */
void __host_s2_flush_pages(phys_addr_t pa, u64 nr);

/* Gives one idle table to the host, zeroed; PKVM_LIST_END if there is none. */
phys_addr_t __host_s2_give_idle(void);

/* Pages that are idle tables, and pages that are tables, both without the loader's. */
u64 __host_s2_idle(void);
u64 __host_s2_tables(void);

/* All figures but those about faults. */
void __host_s2_stats(struct pkvm_page_stats *ret);

#endif
