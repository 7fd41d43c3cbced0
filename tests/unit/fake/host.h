/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host around EL2, for native tests: it owns the RAM of arch_env, donates pages
 * by hypercall and takes them back, and checks each one that comes.
 */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include <pkvm/hypercall.h>

#include "../../../kmod/hyp/types.h"

enum host_page {
	HOST_FREE,
	HOST_USED,		/* allocated, the host's own */
	HOST_DONATED,
	HOST_BOOT,		/* never the host's */
};

struct host_regs {
	u64 x[18];
};

/*
 * After arch_env_start(): the first hypercalls find EL2 set up. All pages are filled with
 * junk, if there are not too many.
 */
void host_start(u64 seed);
void host_stop(void);

/* The whole test environment with the default RAM. */
void host_start_all(void);
void host_stop_all(void);

/* Reproducible. Below limit. */
u64 host_random(u64 limit);

enum host_page host_page_state(phys_addr_t pa);
u64 host_donated(void);

/* A free page, anywhere. host_free() is for pages of host_alloc() that were not donated. */
phys_addr_t host_alloc(void);
void host_free(phys_addr_t pa);

/* Allocates a linked list of pages and returns its head; addresses go to pages[nr]. */
phys_addr_t host_alloc_list(u64 nr, phys_addr_t *pages);

/* Allocates contiguous pages, which must be free. */
void host_alloc_range(phys_addr_t pa, u64 nr);

/* Marks what EL2 has taken, or what it did not. */
void host_donate(const phys_addr_t *pages, u64 nr);
void host_donate_range(phys_addr_t pa, u64 nr);
void host_free_all(const phys_addr_t *pages, u64 nr);

/* Takes a list that EL2 gave: nr pages, zero but for the links, each donated before. */
void host_take_back(phys_addr_t head, u64 nr);

/* A hypercall; x0 must say that EL2 knows it. Returns x1. */
s64 host_call(struct host_regs *regs, enum pkvm_hcall_nr nr, u64 a1, u64 a2, u64 a3);

/* Tops up scattered pages until nr have joined the stock, and returns the number of calls. */
u64 host_topup(u64 nr, u64 flags);

/* Tops up contiguous pages, which must be free, and all of which EL2 takes. */
void host_topup_range(phys_addr_t pa, u64 nr);

/*
 * A call marked R, its requests answered with what they ask for. Returns x1, and
 * *ret_requests (may be NULL) is how many there were.
 */
s64 host_call_req(struct host_regs *regs, enum pkvm_hcall_nr nr, u64 a1, u64 a2,
		  unsigned int *ret_requests);

/* The same with all registers; x7 is the credit's. */
s64 host_call_args_req(struct host_regs *regs, const struct host_regs *args,
		       unsigned int *ret_requests);

/* Reclaims up to nr pages and returns how many came. */
u64 host_reclaim(u64 nr);

/* Destroys a VM; all of it. */
void host_destroy_vm(u64 handle);

/* Tears EL2 down and returns how many pages came. */
u64 host_teardown(void);

#endif
