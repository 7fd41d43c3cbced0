/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transitions of pages between the host, EL2 and guests, but for what EL2 takes for
 * itself and gives back (topup.h, reclaim.h).
 *
 *	host                   state in the vmemmap        the other side
 *	owns                   PAGE_HOST                   -
 *	owns, EL2 may look     PAGE_SHARED_HYP, pins       EL2: mapped while it is pinned
 *	owns, guests may look  PAGE_SHARED_GUEST, entries  guest's stage-2: borrowed
 *	nothing                PAGE_GUEST                  guest's stage-2: owned
 *	may look               PAGE_GUEST_SHARED           guest's stage-2: owned, shared
 *
 * Each function first checks what every party's tables and the vmemmap say of all the pages,
 * then sets aside what it needs of the page stock, and from then on cannot fail. What it
 * refuses has changed nothing. nr is from 1 to PKVM_RANGE_PAGES; addresses are any numbers,
 * as the host or a guest passes them.
 *
 * The memory lock is held, and before it the lock of the guest's stage-2 (guest_s2.h). All
 * can return
 *	-HYP_EINVAL	an address is not page aligned, or nr is out of range
 *	-HYP_EFAULT	not RAM, or a guest address beyond its stage-2
 *	-HYP_EPERM	a page is not in the state that the transition starts from
 * and those with an ask also
 *	-HYP_ENOMEM	the stock lacks pages: ask->shortage says how many
 */
#ifndef HYP_TRANSITION_H
#define HYP_TRANSITION_H

#include "guest_s2.h"
#include "mm.h"
#include "types.h"

/* The host lets EL2 look at its pages, and no more. -HYP_EBUSY: a page is pinned. */
int __host_share_hyp(phys_addr_t pa, u64 nr, struct hyp_ask *ask);
int __host_unshare_hyp(phys_addr_t pa, u64 nr);

/*
 * EL2 starts using shared pages, and stops. While one is pinned it stays shared and is mapped
 * read-write, as one with its neighbours in the same range of RAM, at *ret_va. What is in it
 * is the host's: it may change at any time. -HYP_EOVERFLOW: a page has too many pins;
 * -HYP_ENOSPC: more RAM lies below it than there are addresses for (512 GiB).
 */
int __hyp_pin_shared(phys_addr_t pa, u64 nr, struct hyp_ask *ask, void **ret_va);
void __hyp_unpin_shared(phys_addr_t pa, u64 nr);

/* Where a page is mapped while it is pinned. */
u64 __shared_va(phys_addr_t pa);

/* The host's pages become the guest's, with what is in them. */
int __host_donate_guest(struct guest_s2 *guest, phys_addr_t pa, u64 gpa, u64 nr,
			struct hyp_ask *ask);

/*
 * The host lets a guest use its pages, and no more. A page can be shared with several
 * guests, and more than once with each.
 */
int __host_share_guest(struct guest_s2 *guest, phys_addr_t pa, u64 gpa, u64 nr,
		       struct hyp_ask *ask);
int __host_unshare_guest(struct guest_s2 *guest, u64 gpa, u64 nr);

/* A guest lets the host use its pages, and no more. */
int __guest_share_host(struct guest_s2 *guest, u64 gpa, u64 nr);
int __guest_unshare_host(struct guest_s2 *guest, u64 gpa, u64 nr);

/*
 * The host gets back what a guest has at these addresses, zeroed if it was the guest's own.
 * Only of a guest that runs no more. nr: up to PKVM_BATCH_GUEST_PAGES.
 */
int __host_reclaim_guest(struct guest_s2 *guest, u64 gpa, u64 nr);

#endif
