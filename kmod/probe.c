// SPDX-License-Identifier: GPL-2.0-only
/* Looks at a machine's EL2 and says in one sentence why it cannot be taken, if it cannot. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/miscdevice.h>
#include <linux/module.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>

#include <pkvm/hypercall.h>

#include "el2_call.h"
#include "probe.h"

/* ID_AA64MMFR4_EL1 (not every kernel's headers name it); reads as zero where it is not defined. */
#define MMFR4_EL1		sys_reg(3, 0, 0, 7, 4)
#define MMFR4_E2H0_SHIFT	24
#define PFR0_EL2_SHIFT		8
#define MMFR0_TGRAN4_SHIFT	28
#define MMFR0_TGRAN4_NONE	0xf
#define MMFR0_TGRAN4_2_SHIFT	40
#define MMFR0_TGRAN4_2_NONE	1

static unsigned int id_field(u64 reg, unsigned int shift)
{
	return reg >> shift & 0xf;
}

static int probe_cpu(void)
{
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);

	if (is_kernel_in_hyp_mode()) {
		pr_err("the kernel itself runs at EL2 (VHE): boot it with kvm-arm.mode=none id_aa64mmfr1.vh=0\n");
		return -EBUSY;
	}
	if (!id_field(read_sysreg(id_aa64pfr0_el1), PFR0_EL2_SHIFT)) {
		pr_err("this machine has no EL2, or does not let the kernel have it\n");
		return -ENODEV;
	}
	if (id_field(read_sysreg_s(MMFR4_EL1), MMFR4_E2H0_SHIFT)) {
		pr_err("this CPU knows EL2 with VHE only (ID_AA64MMFR4_EL1.E2H0): its EL2 cannot be shared with a kernel at EL1\n");
		return -ENODEV;
	}
	if (id_field(mmfr0, MMFR0_TGRAN4_SHIFT) == MMFR0_TGRAN4_NONE ||
	    id_field(mmfr0, MMFR0_TGRAN4_2_SHIFT) == MMFR0_TGRAN4_2_NONE) {
		pr_err("this CPU has no 4 KiB granule at EL2, which pkvm needs (ID_AA64MMFR0_EL1 is %#llx)\n",
		       mmfr0);
		return -ENODEV;
	}
	if (arm_smccc_1_1_get_conduit() == SMCCC_CONDUIT_HVC) {
		pr_err("firmware calls go through HVC: EL2 belongs to a hypervisor below this kernel\n");
		return -EBUSY;
	}
	return 0;
}

/*
 * KVM registers /dev/kvm under a minor number of its own, and a number is given
 * out once. On 6.1 an idle KVM leaves the stub in place, so the stub cannot tell.
 */
static bool kvm_is_registered(void)
{
	struct miscdevice claim = {
		.minor = KVM_MINOR,
		.name = "pkvm-probe",
		.mode = 0,
	};

	if (misc_register(&claim))
		return true;
	misc_deregister(&claim);
	return false;
}

static int probe_owner(void)
{
	struct arm_smccc_1_2_regs regs = { .a0 = STUB_PROBE };

	/* Asked first: /dev/kvm exists then, too. */
	if (cpus_have_cap(ARM64_KVM_PROTECTED_MODE)) {
		pr_err("the kernel's own pKVM holds EL2, and this version cannot steer it: boot with kvm-arm.mode=none\n");
		return -EBUSY;
	}
	if (kvm_is_registered()) {
		pr_err("KVM is in use (/dev/kvm exists): boot with kvm-arm.mode=none\n");
		return -EBUSY;
	}
	el2_hvc(&regs);
	if (regs.a0 != HVC_STUB_ERR) {
		pr_err("EL2 is taken, probably by KVM (it answered %#lx, not the kernel's stub): boot with kvm-arm.mode=none\n",
		       regs.a0);
		return -EBUSY;
	}
	/* Only pkvm's knows this one; it answers for the stub otherwise. */
	regs.a0 = PKVM_HCALL_ID(PKVM_HCALL_VERSION);
	el2_hvc(&regs);
	if (!regs.a0) {
		pr_err("an earlier pkvm could not give EL2 back, and still holds it: restart the machine\n");
		return -EBUSY;
	}
	return 0;
}

int pkvm_probe(void)
{
	return probe_cpu() ?: probe_owner();
}
