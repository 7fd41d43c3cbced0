/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's stage-2: guest addresses of 39 bits, in pages only, three levels of tables from
 * the page stock. They come with the first entry that needs them and go with the last.
 *
 * The memory lock is held, and before it the one that keeps others from this guest (the vm
 * table's, or the self-test's). No guest runs yet; who makes one run invalidates its TLB
 * entries by __guest_s2_flush() already.
 */
#ifndef HYP_GUEST_S2_H
#define HYP_GUEST_S2_H

#include <pkvm/stage2.h>

#include "types.h"

#define GUEST_S2_BITS	39

/* Software bits of an entry; with neither the page is the guest's and nobody else's. */
#define GUEST_S2_SHARED		BIT(55)	/* the guest's, the host may use it */
#define GUEST_S2_BORROWED	BIT(56)	/* the host's, the guest may use it */

/* All zero: nothing is mapped. */
struct guest_s2 {
	u64 handle;		/* of the VM: what the host's stage-2 says of its pages */
	phys_addr_t root;	/* 0 while nothing is mapped */
	u64 pages;		/* that are mapped */
};

/* 0, -HYP_EINVAL if gpa is not page aligned, -HYP_EFAULT if not all nr pages have addresses. */
int guest_s2_check(u64 gpa, u64 nr);

/* The entry of a page, 0 if it has none. */
u64 __guest_s2_get(const struct guest_s2 *guest, u64 gpa);

/* Tables that are missing for nr pages (1 to 512). */
u64 __guest_s2_cost(const struct guest_s2 *guest, u64 gpa, u64 nr);

/* Maps a page that has no entry; hyp_reserve() has set the cost aside. */
void __guest_s2_map(struct guest_s2 *guest, u64 gpa, phys_addr_t pa, u64 software_bits);

/* Changes the software bits of a page that is mapped. */
void __guest_s2_mark(struct guest_s2 *guest, u64 gpa, u64 software_bits);

/* Unmaps a page that is mapped. Flush before the lock is released. */
void __guest_s2_unmap(struct guest_s2 *guest, u64 gpa);
void __guest_s2_flush(void);

/* Moves *gpa to the first page at or behind it that is mapped; false if there is none. */
bool __guest_s2_next(const struct guest_s2 *guest, u64 *gpa);

#endif
