/* SPDX-License-Identifier: GPL-2.0-only */
/* What EL2 does about the errata of the CPUs it runs on (errata.h). */
#ifndef HYP_WORKAROUND_H
#define HYP_WORKAROUND_H

#include "cpu.h"
#include "types.h"

/*
 * A CPU is there that needs another TLBI and DSB, be it only one, behind each such pair
 * (arch.c). For good: invalidations are heard by all CPUs.
 */
extern bool workaround_tlbi_twice;

/* Of this CPU, on its way in. Chooses its vectors. */
void workaround_init(struct hyp_cpu *cpu);

#ifdef CONFIG_HYP_DEBUG
/* As on a CPU with CLRBHB that needs all others: this one from now on, whatever it is. */
void workaround_debug_all(void);
#endif

#endif
