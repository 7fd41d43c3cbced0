/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to system registers, and the fields of them that the image uses: Arm ARM, D19.
 * That and all sections of it that are named elsewhere are of issue DDI 0487J.a.
 */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#ifndef __ASSEMBLY__
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
#endif

/* ESR_ELx */
#define ESR_EC_SHIFT		26
#define ESR_EC(esr)		(((esr) >> ESR_EC_SHIFT) & 0x3f)
#define ESR_EC_UNKNOWN		0x00
#define ESR_EC_HVC64		0x16
#define ESR_EC_SMC64		0x17
#define ESR_EC_IABT_LOW		0x20
#define ESR_EC_DABT_LOW		0x24
#define ESR_EC_DABT_CUR		0x25
#define ESR_IL			BIT(25)
#define ESR_WNR			BIT(6)
#define ESR_S1PTW		BIT(7)
#define ESR_CM			BIT(8)
#define ESR_FNV			BIT(10)

/* Fault status, the level in its low bits left out. */
#define ESR_FSC_TYPE(esr)	((esr) & 0x3c)
#define ESR_FSC_TRANSLATION	0x04
#define ESR_FSC_EXTERNAL	0x10
#define ESR_FSC_ALIGNMENT	0x21
#define ESR_FSC_TLB_CONFLICT	0x30

/* HPFAR_EL2, bits 43:4: bits 51:12 of the address. */
#define HPFAR_IPA(hpfar)	(((hpfar) & 0xffffffffff0) << 8)

/* HCR_EL2 */
#define HCR_VM			BIT(0)
#define HCR_TSC			BIT(19)
#define HCR_FWB			BIT(46)

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
#define SPSR_TCO		BIT(25)
#define SPSR_NZCV		(UINT64_C(0xf) << 28)

/* SCTLR_EL1 */
#define SCTLR_EL1_SPAN		BIT(23)
#define SCTLR_EL1_DSSBS		BIT(44)

#endif
