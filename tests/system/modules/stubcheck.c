// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks on every CPU who holds EL2: the kernel's stub answers both an unused stub
 * number and pkvm's VERSION with its error value, pkvm answers VERSION with 0.
 * Loading succeeds if all CPUs agree with the parameter, and tells of each in the log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/arm-smccc.h>
#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#include <pkvm/hypercall.h>

#define UNUSED_STUB_CALL	0xff
#define EL_SHIFT		2

static char *holder = "stub";
module_param(holder, charp, 0444);
MODULE_PARM_DESC(holder, "who is to hold EL2: stub (default) or pkvm");

static bool set_vectors;
module_param(set_vectors, bool, 0444);
MODULE_PARM_DESC(set_vectors, "pkvm only: it has to refuse HVC_SET_VECTORS and HVC_FINALISE_EL2 (default off)");

static bool leave;
module_param(leave, bool, 0444);
MODULE_PARM_DESC(leave, "pkvm only: it has to refuse that a CPU leaves it, as it holds pages (default off)");

static struct arm_smccc_1_2_regs call(unsigned long id)
{
	struct arm_smccc_1_2_regs regs = { .a0 = id };

	arm_smccc_1_2_hvc(&regs, &regs);
	return regs;
}

static unsigned long ask(unsigned long id)
{
	return call(id).a0;
}

static bool may_leave(void)
{
	struct arm_smccc_1_2_regs regs = call(PKVM_HCALL_ID(PKVM_HCALL_CPU_LEAVE));

	return regs.a0 || (int)regs.a1 != -EBUSY || ask(PKVM_HCALL_ID(PKVM_HCALL_VERSION));
}

struct answers {
	bool pkvm_expected;
	atomic_t wrong;
};

static void ask_this_cpu(void *data)
{
	struct answers *answers = data;
	unsigned long el = read_sysreg(CurrentEL) >> EL_SHIFT;
	unsigned long stub = ask(UNUSED_STUB_CALL);
	unsigned long version = ask(PKVM_HCALL_ID(PKVM_HCALL_VERSION));
	unsigned long expected = answers->pkvm_expected ? 0 : HVC_STUB_ERR;

	pr_info("CPU %u at EL%lu: call %#x answers %#lx, VERSION answers %#lx\n",
		smp_processor_id(), el, UNUSED_STUB_CALL, stub, version);
	if (el != 1 || stub != HVC_STUB_ERR || version != expected)
		atomic_inc(&answers->wrong);
	/* Were one accepted, EL2 would be lost. */
	if (answers->pkvm_expected && set_vectors &&
	    (ask(HVC_SET_VECTORS) != HVC_STUB_ERR || ask(HVC_FINALISE_EL2) != HVC_STUB_ERR))
		atomic_inc(&answers->wrong);
	if (answers->pkvm_expected && leave && may_leave())
		atomic_inc(&answers->wrong);
}

static int __init stubcheck_init(void)
{
	struct answers answers = { .pkvm_expected = !strcmp(holder, "pkvm") };

	on_each_cpu(ask_this_cpu, &answers, 1);
	return atomic_read(&answers.wrong) ? -ENXIO : 0;
}

static void __exit stubcheck_exit(void)
{
}

module_init(stubcheck_init);
module_exit(stubcheck_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: who holds EL2");
