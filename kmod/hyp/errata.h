/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errata of CPUs that would let the host get at what is EL2's: which CPUs have them. What is
 * done about them is in workaround.h.
 */
#ifndef HYP_ERRATA_H
#define HYP_ERRATA_H

#include "types.h"

/* How to keep the host's branches from steering EL2's speculation (Spectre-BHB). */
enum bhb_method {
	BHB_NONE,	/* not needed, or there is nothing that EL2 could do */
	BHB_LOOP,	/* so many branches that nothing else is left in the branch history */
	BHB_CLEAR,	/* the CPU has CLRBHB */
};

/* The ID registers that tell, as the CPU itself has them. */
struct cpu_id {
	u64 midr;
	u64 pfr0;
	u64 isar2;
	u64 mmfr1;
};

/* *ret_loops is written for BHB_LOOP. */
enum bhb_method errata_bhb(const struct cpu_id *id, u32 *ret_loops);

/*
 * Whether the completion of a broadcast TLBI does not mean that of the accesses that used what
 * it invalidates: a CPU could still write to a page that EL2 has just taken.
 */
bool errata_tlbi_twice(u64 midr);

#endif
