// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Can this host run pkvm? One function per check. Where the module is loaded,
 * what could have been in its way is not.
 */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const char *const verdict_words[] = { "ok", "warn", "fail" };
const struct ctl_words ctl_verdict_words = { ARRAY_SIZE(verdict_words), verdict_words };

static void __attribute__((format(printf, 4, 5)))
find(struct ctl_finding *f, enum ctl_verdict verdict, const char *advice, const char *format, ...)
{
	va_list args;

	f->verdict = verdict;
	f->advice = advice;
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

static bool is_arm64(const struct ctl_facts *facts)
{
	return !strcmp(facts->machine, "aarch64");
}

static void check_machine(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (is_arm64(facts))
		find(f, CTL_VERDICT_OK, "", "%s", facts->machine);
	else
		find(f, CTL_VERDICT_FAIL, "run it on a 64-bit Arm machine",
		     "%s: EL2 is an exception level of arm64", facts->machine);
}

static void check_el2(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (!is_arm64(facts))
		find(f, CTL_VERDICT_FAIL, "run it on a 64-bit Arm machine", "not on %s",
		     facts->machine);
	else if (facts->module_loaded)
		find(f, CTL_VERDICT_OK, "", "the module runs there");
	else if (facts->started_at_el2 == CTL_NO)
		find(f, CTL_VERDICT_FAIL,
		     "in a virtual machine, give it EL2 (QEMU: -M virt,virtualization=on)",
		     "the kernel was started at EL1: there is no EL2, or somebody else has it");
	else if (facts->vhe == CTL_YES)
		find(f, CTL_VERDICT_FAIL, "boot with id_aa64mmfr1.vh=0",
		     "the kernel itself runs at EL2 (VHE)");
	else if (facts->started_at_el2 == CTL_YES)
		find(f, CTL_VERDICT_OK, "", "the kernel was started at EL2 and left it");
	else if (facts->kvm)
		find(f, CTL_VERDICT_OK, "", "there, for KVM uses it");
	else if (facts->psci_hvc == CTL_YES)
		find(f, CTL_VERDICT_FAIL,
		     "in a virtual machine, give it EL2 (QEMU: -M virt,virtualization=on)",
		     "firmware is called by HVC: somebody else has EL2");
	else
		find(f, CTL_VERDICT_WARN,
		     "run the doctor as root, or look for \"started at EL2\" in the boot log",
		     "cannot tell: the kernel log is not readable or no longer has its beginning");
}

static void check_parameters(const struct ctl_facts *facts, struct ctl_finding *f)
{
	char mode[64];
	bool given = ctl_facts_parameter(facts, "kvm-arm.mode", mode, sizeof(mode));

	if (given && !strcmp(mode, "none"))
		find(f, CTL_VERDICT_OK, "", "kvm-arm.mode=none");
	else if (facts->module_loaded)
		find(f, CTL_VERDICT_OK, "", "the module loaded with them");
	else if (!facts->cmdline[0])
		find(f, CTL_VERDICT_WARN, "make sure that kvm-arm.mode=none is among them",
		     "/proc/cmdline is not readable");
	else if (given)
		find(f, CTL_VERDICT_FAIL, "boot with kvm-arm.mode=none",
		     "kvm-arm.mode=%s gives EL2 to KVM", mode);
	else
		find(f, facts->kvm ? CTL_VERDICT_FAIL : CTL_VERDICT_WARN,
		     "boot with kvm-arm.mode=none",
		     "no kvm-arm.mode: KVM, if the kernel has it, takes EL2");
}

static void check_kvm(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->kvm)
		find(f, CTL_VERDICT_FAIL, "boot with kvm-arm.mode=none",
		     "/dev/kvm exists: KVM has EL2 or takes it with its first VM");
	else
		find(f, CTL_VERDICT_OK, "", "not active");
}

static void check_lockdown(const struct ctl_facts *facts, struct ctl_finding *f)
{
	const char *level =
		facts->lockdown == CTL_LOCKDOWN_INTEGRITY ? "integrity" : "confidentiality";

	if (facts->lockdown == CTL_LOCKDOWN_UNKNOWN)
		find(f, CTL_VERDICT_OK, "", "this kernel tells of none");
	else if (facts->lockdown == CTL_LOCKDOWN_NONE)
		find(f, CTL_VERDICT_OK, "", "none");
	else if (facts->module_loaded)
		find(f, CTL_VERDICT_OK, "", "%s, and the module is loaded", level);
	else
		find(f, CTL_VERDICT_WARN,
		     "sign pkvm.ko with a key the kernel trusts, or turn Secure Boot off",
		     "%s: the kernel loads signed modules only", level);
}

static void check_signature(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->sig_enforce != CTL_YES)
		find(f, CTL_VERDICT_OK, "", "not enforced");
	else if (facts->module_loaded)
		find(f, CTL_VERDICT_OK, "", "enforced, and the module is loaded");
	else
		find(f, CTL_VERDICT_WARN,
		     "sign pkvm.ko with a key the kernel trusts, or boot without module.sig_enforce",
		     "enforced: the kernel loads signed modules only");
}

static void check_installed(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->module_installed)
		find(f, CTL_VERDICT_OK, "", "pkvm.ko is there for kernel %s", facts->release);
	else
		find(f, facts->module_loaded ? CTL_VERDICT_WARN : CTL_VERDICT_FAIL,
		     "make install, then depmod", "no pkvm.ko for kernel %s", facts->release);
}

static void check_loaded(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->module_loaded)
		find(f, CTL_VERDICT_OK, "", "yes");
	else
		find(f, CTL_VERDICT_WARN, "modprobe pkvm; if it refuses, the kernel log tells why",
		     "no");
}

static void check_family(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->family == CTL_FAMILY_PRESENT)
		find(f, CTL_VERDICT_OK, "", "the module answers");
	else if (facts->family == CTL_FAMILY_FAULTY)
		find(f, CTL_VERDICT_FAIL, "install module and programs of the same version", "%s",
		     facts->family_error.text);
	else if (facts->module_loaded)
		find(f, CTL_VERDICT_FAIL, "unload the module and load it again; see the kernel log",
		     "the module is loaded and has no netlink family");
	else
		find(f, CTL_VERDICT_WARN, "modprobe pkvm", "comes with the module");
}

static void check_psi(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->psi)
		find(f, CTL_VERDICT_OK, "", "/proc/pressure/memory is there");
	else
		find(f, CTL_VERDICT_WARN, "boot with psi=1 (the kernel needs CONFIG_PSI)",
		     "no memory pressure figures: only the shrinker can act on pressure");
}

static void check_btf(const struct ctl_facts *facts, struct ctl_finding *f)
{
	if (facts->btf)
		find(f, CTL_VERDICT_OK, "", "/sys/kernel/btf/vmlinux is there");
	else
		find(f, CTL_VERDICT_WARN, "use a kernel with CONFIG_DEBUG_INFO_BTF",
		     "no type information: eBPF programs that need it do not load");
}

static const struct {
	const char *name;
	void (*check)(const struct ctl_facts *facts, struct ctl_finding *f);
} checks[] = {
	{ "machine", check_machine },
	{ "EL2", check_el2 },
	{ "parameters", check_parameters },
	{ "KVM", check_kvm },
	{ "lockdown", check_lockdown },
	{ "signatures", check_signature },
	{ "installed", check_installed },
	{ "loaded", check_loaded },
	{ "family", check_family },
	{ "PSI", check_psi },
	{ "BTF", check_btf },
};

_Static_assert(ARRAY_SIZE(checks) == CTL_DOCTOR_CHECKS, "one finding per check");

void ctl_doctor_examine(const struct ctl_facts *facts,
			struct ctl_finding ret_findings[CTL_DOCTOR_CHECKS])
{
	for (size_t i = 0; i < CTL_DOCTOR_CHECKS; i++) {
		ret_findings[i].check = checks[i].name;
		checks[i].check(facts, &ret_findings[i]);
	}
}

enum ctl_verdict ctl_doctor_verdict(const struct ctl_finding findings[CTL_DOCTOR_CHECKS])
{
	enum ctl_verdict worst = CTL_VERDICT_OK;

	for (size_t i = 0; i < CTL_DOCTOR_CHECKS; i++) {
		if (findings[i].verdict > worst)
			worst = findings[i].verdict;
	}
	return worst;
}
