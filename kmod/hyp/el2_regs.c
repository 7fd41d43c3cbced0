// SPDX-License-Identifier: GPL-2.0-only
/* Saving EL2's control registers, and putting them back. */
#include "el2_regs.h"

#include <pkvm/boot.h>
#include <pkvm/image.h>

#include "sysreg.h"

/* A field of an ID register. */
#define ID_FIELD(reg, shift)	((read_sysreg(reg) >> (shift)) & 0xf)

/* CPTR_EL2: accesses to these registers trap, to EL2 itself too. */
#define CPTR_TZ			BIT(8)
#define CPTR_TSM		BIT(12)

static bool has_gic(void)
{
	return ID_FIELD(id_aa64pfr0_el1, 24);
}

bool el2_has_ich(void)
{
	return has_gic() && (read_sysreg(S3_4_C12_C9_5) & BIT(0));
}

static bool has_sve(void)
{
	return ID_FIELD(id_aa64pfr0_el1, 32) && !(read_sysreg(cptr_el2) & CPTR_TZ);
}

static bool has_sme(void)
{
	return ID_FIELD(id_aa64pfr1_el1, 24) && !(read_sysreg(cptr_el2) & CPTR_TSM);
}

/* SMIDR_EL1.SMPS */
static bool has_sme_priorities(void)
{
	return has_sme() && (read_sysreg(S3_1_C0_C0_6) & BIT(15));
}

static bool has_hcrx(void)
{
	return ID_FIELD(id_aa64mmfr1_el1, 40);
}

static bool has_amu(void)
{
	return ID_FIELD(id_aa64pfr0_el1, 44);
}

/* Unless PMBIDR_EL1.P says that a higher level has it to itself. */
static bool has_spe(void)
{
	return ID_FIELD(id_aa64dfr0_el1, 32) && !(read_sysreg(S3_0_C9_C10_7) & BIT(4));
}

static bool has_mpam(void)
{
	return ((const struct pkvm_boot *)image_header.boot_va)->flags & PKVM_BOOT_MPAM;
}

/* MPAMIDR_EL1.HAS_HCR */
static bool has_mpam_hcr(void)
{
	return has_mpam() && (read_sysreg(S3_0_C10_C4_4) & BIT(17));
}

/* If HCRX_EL2.GCSEn is off, so are guarded control stacks. */
static bool has_gcs(void)
{
	return ID_FIELD(id_aa64pfr1_el1, 44) && has_hcrx() &&
	       (read_sysreg(S3_4_C1_C2_2) & BIT(22));
}

static unsigned int fgt(void)
{
	return ID_FIELD(id_aa64mmfr0_el1, 56);
}

void el2_regs_save(u64 regs[EL2_CONTROL_REGS_NR])
{
#define X(index, reg, present) regs[EL2_REG_##index] = (present) ? read_sysreg(reg) : 0;
	EL2_CONTROL_REGS(X)
#undef X
}

/* The kernel goes on with calls and returns before it sets these itself: GCSCR*_EL1. */
static void gcs_off(void)
{
	if (!has_gcs())
		return;
	write_sysreg(0, S3_0_C2_C5_0);
	write_sysreg(0, S3_0_C2_C5_2);
}

/* In the order of the list: others depend on CPTR_EL2, and ICH_HCR_EL2 on ICC_SRE_EL2. */
void el2_regs_restore(const u64 regs[EL2_CONTROL_REGS_NR])
{
#define X(index, reg, present)						\
	if (present) {							\
		write_sysreg(regs[EL2_REG_##index], reg);		\
		isb();							\
	}
	EL2_CONTROL_REGS(X)
#undef X
	gcs_off();
}
