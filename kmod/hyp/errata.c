// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of errata. Part numbers are from the CPUs' reference manuals (MIDR_EL1), the loop's
 * lengths from Arm's "Spectre-BHB" whitepaper, the rest from the CPUs' errata notices.
 */
#include "errata.h"

#define MODEL(implementer, part)	((u32)(implementer) << 12 | (part))
#define MODEL_MASK			0xfffffU
#define ARM(part)			MODEL(0x41, part)
#define NVIDIA(part)			MODEL(0x4e, part)
#define QUALCOMM(part)			MODEL(0x51, part)
#define MICROSOFT(part)			MODEL(0x6d, part)
#define AMPERE(part)			MODEL(0xc0, part)

#define MIDR_MODEL(midr)	MODEL((midr) >> 24 & 0xff, (midr) >> 4 & 0xfff)
/* Variant and revision, as in "r3p0". */
#define MIDR_VERSION(midr)	(((midr) >> 16 & 0xf0) | ((midr) & 0xf))
#define VERSION(r, p)		((r) << 4 | (p))
#define LAST_VERSION		0xff

/* Fields of ID registers. */
#define PFR0_CSV2(pfr0)		((pfr0) >> 56 & 0xf)
#define PFR0_CSV2_3		3		/* branch history is of its own context's */
#define ISAR2_CLRBHB(isar2)	((isar2) >> 28 & 0xf)
#define MMFR1_ECBHB(mmfr1)	((mmfr1) >> 60)	/* exceptions clear it */

static const struct {
	u32 model;
	u32 loops;
} bhb_loops[] = {
	{ ARM(0xd07), 8 },		/* Cortex-A57 */
	{ ARM(0xd08), 8 },		/* Cortex-A72 */
	{ ARM(0xd0b), 24 },		/* Cortex-A76 */
	{ ARM(0xd0e), 24 },		/* Cortex-A76AE */
	{ ARM(0xd0d), 24 },		/* Cortex-A77 */
	{ ARM(0xd41), 32 },		/* Cortex-A78 */
	{ ARM(0xd42), 32 },		/* Cortex-A78AE */
	{ ARM(0xd4b), 32 },		/* Cortex-A78C */
	{ ARM(0xd47), 32 },		/* Cortex-A710 */
	{ ARM(0xd4d), 38 },		/* Cortex-A715 */
	{ ARM(0xd81), 38 },		/* Cortex-A720 */
	{ ARM(0xd44), 32 },		/* Cortex-X1 */
	{ ARM(0xd4c), 32 },		/* Cortex-X1C */
	{ ARM(0xd48), 32 },		/* Cortex-X2 */
	{ ARM(0xd4e), 132 },		/* Cortex-X3 */
	{ ARM(0xd0c), 24 },		/* Neoverse N1 */
	{ ARM(0xd49), 32 },		/* Neoverse N2 */
	{ MICROSOFT(0xd49), 32 },	/* Azure Cobalt 100, a Neoverse N2 */
	{ ARM(0xd40), 32 },		/* Neoverse V1 */
	{ ARM(0xd4f), 132 },		/* Neoverse V2 */
	{ QUALCOMM(0x804), 24 },	/* Kryo 4xx Gold */
	{ AMPERE(0xac3), 11 },		/* Ampere1 */
};

static const struct {
	u32 model;
	u32 mask;
	u8 first, last;		/* version */
} tlbi_twice[] = {
	/* CVE-2025-10263; of the Cortex-A76, 1286807 as well */
	{ ARM(0xd0b), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A76 */
	{ ARM(0xd0e), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A76AE */
	{ ARM(0xd0d), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A77 */
	{ ARM(0xd41), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A78 */
	{ ARM(0xd42), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A78AE */
	{ ARM(0xd4b), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A78C */
	{ ARM(0xd47), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A710 */
	{ ARM(0xd44), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X1 */
	{ ARM(0xd4c), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X1C */
	{ ARM(0xd48), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X2 */
	{ ARM(0xd4e), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X3 */
	{ ARM(0xd82), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X4 */
	{ ARM(0xd85), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-X925 */
	{ ARM(0xd0c), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse N1 */
	{ ARM(0xd49), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse N2 */
	{ ARM(0xd40), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse V1 */
	{ ARM(0xd4f), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse V2 */
	{ ARM(0xd84), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse V3 */
	{ ARM(0xd83), MODEL_MASK, 0, LAST_VERSION },	/* Neoverse V3AE */
	{ ARM(0xd8c), MODEL_MASK, 0, LAST_VERSION },	/* C1-Ultra */
	{ ARM(0xd90), MODEL_MASK, 0, LAST_VERSION },	/* C1-Premium */
	{ MICROSOFT(0xd49), MODEL_MASK, 0, LAST_VERSION },	/* Azure Cobalt 100 */
	{ NVIDIA(0x010), MODEL_MASK, 0, LAST_VERSION },	/* Olympus */
	{ ARM(0xd05), MODEL_MASK, 0, LAST_VERSION },	/* Cortex-A55, 2441007 */
	{ ARM(0xd46), MODEL_MASK, 0, VERSION(1, 1) },	/* Cortex-A510, 2441009 */
	{ QUALCOMM(0x804), MODEL_MASK, VERSION(12, 14), VERSION(15, 14) }, /* Kryo 4xx Gold */
	/* Qualcomm's E1009 */
	{ QUALCOMM(0x800), MODEL_MASK, 0, 0 },		/* Falkor v1 */
	{ QUALCOMM(0x200), MODEL_MASK & ~0xffU, 0, LAST_VERSION },	/* Kryo */
};

enum bhb_method errata_bhb(const struct cpu_id *id, u32 *ret_loops)
{
	if (PFR0_CSV2(id->pfr0) >= PFR0_CSV2_3 || MMFR1_ECBHB(id->mmfr1))
		return BHB_NONE;
	if (ISAR2_CLRBHB(id->isar2))
		return BHB_CLEAR;
	for (unsigned int i = 0; i < ARRAY_SIZE(bhb_loops); i++) {
		if (bhb_loops[i].model != MIDR_MODEL(id->midr))
			continue;
		*ret_loops = bhb_loops[i].loops;
		return BHB_LOOP;
	}
	return BHB_NONE;
}

bool errata_tlbi_twice(u64 midr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(tlbi_twice); i++)
		if ((MIDR_MODEL(midr) & tlbi_twice[i].mask) == tlbi_twice[i].model &&
		    MIDR_VERSION(midr) >= tlbi_twice[i].first &&
		    MIDR_VERSION(midr) <= tlbi_twice[i].last)
			return true;
	return false;
}
