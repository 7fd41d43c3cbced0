/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control registers of EL2 that the kernel's boot code set and that EL2 leaves as they
 * are. A CPU that was off or in a deep sleep has lost them, and the kernel's own code that
 * sets them runs at EL2 only: so EL2 puts them back (psci.h).
 *
 * Without those that EL2 changes: they are in struct hyp_host_regs. And without any that the
 * kernel leaves alone: firmware may keep them to itself, and then to read one ends at EL3;
 * what they are to be on another CPU is firmware's business as well.
 */
#ifndef HYP_EL2_REGS_H
#define HYP_EL2_REGS_H

#include "types.h"

/* X(index, register, whether the CPU has it); Arm ARM, D19.2. */
#define EL2_CONTROL_REGS(X)						\
	X(CPTR, cptr_el2, true)						\
	X(HSTR, hstr_el2, true)						\
	X(MDCR, mdcr_el2, true)						\
	X(CNTHCTL, cnthctl_el2, true)					\
	X(CNTVOFF, cntvoff_el2, true)					\
	X(ICC_SRE, S3_4_C12_C9_5, has_gic())				\
	X(ICH_HCR, S3_4_C12_C11_0, el2_has_ich())			\
	X(ZCR, S3_4_C1_C2_0, has_sve())					\
	X(SMCR, S3_4_C1_C2_6, has_sme())				\
	X(SMPRIMAP, S3_4_C1_C2_5, has_sme_priorities())			\
	X(HCRX, S3_4_C1_C2_2, has_hcrx())				\
	X(PMSCR, S3_4_C9_C9_0, has_spe())				\
	X(MPAM2, S3_4_C10_C5_0, has_mpam())				\
	X(MPAMHCR, S3_4_C10_C4_0, has_mpam_hcr())			\
	X(HFGRTR, S3_4_C1_C1_4, fgt() >= 1)				\
	X(HFGWTR, S3_4_C1_C1_5, fgt() >= 1)				\
	X(HFGITR, S3_4_C1_C1_6, fgt() >= 1)				\
	X(HDFGRTR, S3_4_C3_C1_4, fgt() >= 1)				\
	X(HDFGWTR, S3_4_C3_C1_5, fgt() >= 1)				\
	X(HAFGRTR, S3_4_C3_C1_6, fgt() >= 1 && has_amu())		\
	X(HFGRTR2, S3_4_C3_C1_2, fgt() >= 2)				\
	X(HFGWTR2, S3_4_C3_C1_3, fgt() >= 2)				\
	X(HFGITR2, S3_4_C3_C1_7, fgt() >= 2)				\
	X(HDFGRTR2, S3_4_C3_C1_0, fgt() >= 2)				\
	X(HDFGWTR2, S3_4_C3_C1_1, fgt() >= 2)

enum el2_control_reg {
#define X(index, reg, present) EL2_REG_##index,
	EL2_CONTROL_REGS(X)
#undef X
	EL2_CONTROL_REGS_NR
};

/*
 * Whether this CPU has the GIC's registers for EL2, ICH_*_EL2. Without ICC_SRE_EL2.SRE, which
 * firmware may keep off, they are undefined in spite of what the ID register says.
 */
bool el2_has_ich(void);

/* On this CPU. What it does not have is 0, and is not written. */
void el2_regs_save(u64 regs[EL2_CONTROL_REGS_NR]);
void el2_regs_restore(const u64 regs[EL2_CONTROL_REGS_NR]);

#endif
