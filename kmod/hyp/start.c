// SPDX-License-Identifier: GPL-2.0-only
/* A CPU's first steps at EL2 with the MMU on. */
#include <pkvm/image.h>

#include "arch.h"
#include "cpu.h"
#include "init.h"
#include "psci.h"
#include "sysreg.h"
#include "workaround.h"

/* Set by the first CPU once hyp_init() has succeeded. */
static bool started;

/* What the TLBs hold has been translated without the stage-2. */
void el2_enable_traps(const struct hyp_cpu *cpu)
{
	write_sysreg(image_header.vtcr, vtcr_el2);
	write_sysreg(image_header.vttbr, vttbr_el2);
	isb();
	asm volatile("tlbi alle1is" : : : "memory");
	dsb(ish);
	write_sysreg((cpu->host.hcr & ~HCR_FWB) | HCR_VM | HCR_TSC, hcr_el2);
	isb();
}

/*
 * frame->x[0]: the number of this CPU on entry, errno on return. CPUs enter one
 * after the other (the loader's promise), so that the first has set EL2 up before
 * the second comes.
 */
u32 el2_cpu_init(struct hyp_frame *frame)
{
	struct hyp_cpu *cpu = this_cpu();
	int ret = 0;

	cpu->cpu = frame->x[0];
	cpu->number = cpu->cpu;
	/* A panic in here: the host takes the CPU for not entered. */
	cpu->exit = EXIT_LEAVE;
	cpu->hcall = 0;
	cpu->restartable = false;
	cpu->fixmap_pte = arch_pte(cpu_fixmap(cpu), 3);
	workaround_init(cpu);
	if (!started)
		ret = hyp_init((const struct pkvm_boot *)image_header.boot_va);
	if (!ret) {
		started = true;
		psci_cpu_entered(cpu);
		el2_enable_traps(cpu);
	}
	frame->x[0] = 0;
	frame->x[1] = (u64)(s64)ret;
	return ret ? EXIT_LEAVE : EXIT_TO_HOST;
}
