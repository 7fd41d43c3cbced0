// SPDX-License-Identifier: GPL-2.0-only
/* Chooses the workarounds for a CPU. */
#include "workaround.h"

#include "errata.h"
#include "sysreg.h"

/* entry.S: the vectors for each method. */
extern const char el2_vectors[], el2_vectors_loop[], el2_vectors_clear[];

bool workaround_tlbi_twice;

static void set_vectors(const char *vectors)
{
	write_sysreg(vectors, vbar_el2);
	isb();
}

void workaround_init(struct hyp_cpu *cpu)
{
	const struct cpu_id id = {
		.midr = read_sysreg(midr_el1),
		.pfr0 = read_sysreg(id_aa64pfr0_el1),
		.isar2 = read_sysreg(S3_0_C0_C6_2),	/* ID_AA64ISAR2_EL1 */
		.mmfr1 = read_sysreg(id_aa64mmfr1_el1),
	};

	if (errata_tlbi_twice(id.midr))
		WRITE_ONCE(workaround_tlbi_twice, true);
	switch (errata_bhb(&id, &cpu->bhb_loops)) {
	case BHB_NONE:
		set_vectors(el2_vectors);
		break;
	case BHB_LOOP:
		set_vectors(el2_vectors_loop);
		break;
	case BHB_CLEAR:
		set_vectors(el2_vectors_clear);
		break;
	}
}

#ifdef CONFIG_HYP_DEBUG
void workaround_debug_all(void)
{
	WRITE_ONCE(workaround_tlbi_twice, true);
	set_vectors(el2_vectors_clear);
}
#endif
