/* SPDX-License-Identifier: GPL-2.0-only */
/* Access to system registers, and the fields of them that the image uses (Arm ARM D19). */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#include "types.h"

#define read_sysreg(reg)						\
	({								\
		u64 val_;						\
		asm volatile("mrs %0, " #reg : "=r" (val_));		\
		val_;							\
	})
#define write_sysreg(val, reg)						\
	asm volatile("msr " #reg ", %x0" : : "rZ" ((u64)(val)))

#define isb()		asm volatile("isb" : : : "memory")
#define dsb(domain)	asm volatile("dsb " #domain : : : "memory")
#define sev()		asm volatile("sev" : : : "memory")

/* ESR_ELx */
#define ESR_EC(esr)		(((esr) >> 26) & 0x3f)
#define ESR_EC_UNKNOWN		0x00
#define ESR_EC_HVC64		0x16
#define ESR_EC_DABT_CUR		0x25
#define ESR_IL			BIT(25)

/* SPSR_ELx, M[4:0] */
#define SPSR_MODE_MASK		0x1f
#define SPSR_MODE_AARCH32	0x10
#define SPSR_EL1H		0x05
#define SPSR_EL0T		0x00
#define SPSR_EL1T		0x04
#define SPSR_DAIF		0x3c0
#define SPSR_SSBS		BIT(12)
#define SPSR_PAN		BIT(22)
#define SPSR_DIT		BIT(24)
#define SPSR_NZCV		(UINT64_C(0xf) << 28)

/* SCTLR_EL1 */
#define SCTLR_EL1_SPAN		BIT(23)
#define SCTLR_EL1_DSSBS		BIT(44)

#endif
