/* SPDX-License-Identifier: GPL-2.0-only */
/* Aborts of the host at its stage-2: which are EL2's to resolve, and which are the host's fault. */
#ifndef HYP_HOST_FAULT_H
#define HYP_HOST_FAULT_H

#include <pkvm/boot.h>
#include <pkvm/hypercall.h>

#include "types.h"

/* Once. */
void host_fault_init(const struct pkvm_boot *boot);

/*
 * An address that had no translation. True: it has one now, the host is to try again.
 * False: it is not the host's, which has to get a fault; counted and remembered.
 * who: ipa (any value), va, pc and flags; the owner is filled in. Takes the memory lock.
 */
bool host_fault(struct pkvm_violation *who);

/* The same while EL2 is dead: changes nothing but holes, remembers nothing, takes no lock. */
bool host_fault_dead(u64 ipa);

/*
 * Copies violations from number *first on, at most PKVM_VIOLATION_ENTRIES, and returns
 * how many; *first becomes the number behind the last. Takes the memory lock.
 */
unsigned int host_violations(u64 *first, struct pkvm_violation *ret);

/* The figures about faults. The memory lock is held. */
void __host_fault_stats(struct pkvm_page_stats *ret);

#endif
