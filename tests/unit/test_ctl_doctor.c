// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl doctor: what it reads from a host's files and log, and its verdicts. */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"
#include "facts.h"
#include "suite.h"

/* A tree of its own per test, in place of "/". */
static char root[] = "/tmp/pkvmctl-doctor-XXXXXX";

static void make_root(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
	strcpy(root + sizeof(root) - 7, "XXXXXX");
}

static void put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static struct ctl_facts read_facts(void)
{
	struct ctl_facts facts = { .machine = "aarch64", .release = "6.1.0-test" };

	ctl_facts_read_files(root, &facts);
	return facts;
}

START_TEST(nothing_readable)
{
	struct ctl_facts facts = read_facts();

	ck_assert_str_eq(facts.cmdline, "");
	ck_assert_int_eq(facts.psci_hvc, CTL_UNKNOWN);
	ck_assert_int_eq(facts.sig_enforce, CTL_UNKNOWN);
	ck_assert_int_eq(facts.lockdown, CTL_LOCKDOWN_UNKNOWN);
	ck_assert(!facts.kvm && !facts.module_loaded && !facts.module_installed);
	ck_assert(!facts.psi && !facts.btf);
}
END_TEST

START_TEST(everything_there)
{
	struct ctl_facts facts;

	put("/proc/cmdline", "console=ttyAMA0 quiet\n");
	put("/proc/pressure/memory", "some avg10=0.00\n");
	put("/sys/firmware/devicetree/base/psci/method", "hvc");
	put("/sys/kernel/btf/vmlinux", "");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put("/sys/module/module/parameters/sig_enforce", "Y\n");
	put("/sys/module/pkvm/initstate", "live\n");
	put("/dev/kvm", "");
	put("/lib/modules/6.1.0-test/modules.dep", "kernel/a.ko: kernel/pkvm.ko\n"
						   "extra/pkvm.ko:\n");
	facts = read_facts();
	ck_assert_str_eq(facts.cmdline, "console=ttyAMA0 quiet\n");
	ck_assert_int_eq(facts.psci_hvc, CTL_YES);
	ck_assert_int_eq(facts.sig_enforce, CTL_YES);
	ck_assert_int_eq(facts.lockdown, CTL_LOCKDOWN_INTEGRITY);
	ck_assert(facts.kvm && facts.module_loaded && facts.module_installed);
	ck_assert(facts.psi && facts.btf);
}
END_TEST

START_TEST(levels)
{
	put("/sys/firmware/devicetree/base/psci/method", "smc");
	put("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	put("/sys/module/module/parameters/sig_enforce", "N\n");
	ck_assert_int_eq(read_facts().psci_hvc, CTL_NO);
	ck_assert_int_eq(read_facts().lockdown, CTL_LOCKDOWN_CONFIDENTIALITY);
	ck_assert_int_eq(read_facts().sig_enforce, CTL_NO);
	put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	ck_assert_int_eq(read_facts().lockdown, CTL_LOCKDOWN_NONE);
}
END_TEST

START_TEST(module_of_another_name)
{
	put("/lib/modules/6.1.0-test/modules.dep", "kernel/a.ko: extra/pkvm.ko\n"
						   "extra/notpkvm.ko:\n");
	ck_assert(!read_facts().module_installed);
	put("/lib/modules/6.1.0-test/modules.dep", "extra/pkvm.ko.xz: kernel/a.ko\n");
	ck_assert(read_facts().module_installed);
}
END_TEST

START_TEST(parameters)
{
	struct ctl_facts facts = { .cmdline = "root=/dev/vda kvm-arm.mode=nvhe kvm_arm.mode=none "
					      "kvm-arm.modex=1 kvm-arm.node=1 a=-- "
					      "-- kvm-arm.mode=protected\n" };
	char value[16] = "untouched";

	ck_assert(ctl_facts_parameter(&facts, "kvm-arm.mode", value, sizeof(value)));
	ck_assert_str_eq(value, "none");
	ck_assert(ctl_facts_parameter(&facts, "kvm_arm.mode", value, sizeof(value)));
	ck_assert_str_eq(value, "none");
	ck_assert(ctl_facts_parameter(&facts, "a", value, sizeof(value)));
	ck_assert_str_eq(value, "--");
	strcpy(value, "untouched");
	ck_assert(!ctl_facts_parameter(&facts, "kvm-arm", value, sizeof(value)));
	ck_assert(!ctl_facts_parameter(&facts, "id_aa64mmfr1.vh", value, sizeof(value)));
	ck_assert_str_eq(value, "untouched");
}
END_TEST

START_TEST(log_lines)
{
	struct ctl_facts facts = { .psi = true };

	ctl_facts_read_log("<6>[    1.0] something else\n", &facts);
	ck_assert_int_eq(facts.started_at_el2, CTL_UNKNOWN);
	ck_assert_int_eq(facts.vhe, CTL_UNKNOWN);
	ctl_facts_read_log("<6>[    0.1] CPU: All CPU(s) started at EL1\n", &facts);
	ck_assert_int_eq(facts.started_at_el2, CTL_NO);
	ctl_facts_read_log("<6>[    0.1] CPU: All CPU(s) started at EL2\n", &facts);
	ck_assert_int_eq(facts.started_at_el2, CTL_YES);
	ck_assert_int_eq(facts.vhe, CTL_NO);
	ctl_facts_read_log("<6>[    0.1] CPU features: detected: Virtualization Host Extensions\n"
			   "<6>[    0.1] CPU: All CPU(s) started at EL2\n",
			   &facts);
	ck_assert_int_eq(facts.vhe, CTL_YES);
}
END_TEST

/* A host on which everything is as it should be, with and without the module. */
static const struct ctl_facts good = {
	.machine = "aarch64",
	.release = "6.1.0-test",
	.cmdline = "quiet kvm-arm.mode=none\n",
	.started_at_el2 = CTL_YES,
	.vhe = CTL_NO,
	.psci_hvc = CTL_NO,
	.sig_enforce = CTL_NO,
	.lockdown = CTL_LOCKDOWN_NONE,
	.module_loaded = true,
	.module_installed = true,
	.psi = true,
	.btf = true,
	.family = CTL_FAMILY_PRESENT,
};

static const struct ctl_finding *finding_of(const struct ctl_finding *findings, const char *check)
{
	for (size_t i = 0; i < CTL_DOCTOR_CHECKS; i++) {
		if (!strcmp(findings[i].check, check))
			return &findings[i];
	}
	ck_abort_msg("no check '%s'", check);
}

/* What the finding of @check is on a host with these facts. */
static void expect(const struct ctl_facts *facts, const char *check, enum ctl_verdict verdict,
		   const char *text, const char *advice)
{
	struct ctl_finding findings[CTL_DOCTOR_CHECKS];
	const struct ctl_finding *f;

	ctl_doctor_examine(facts, findings);
	f = finding_of(findings, check);
	ck_assert_int_eq(f->verdict, verdict);
	ck_assert_ptr_nonnull(strstr(f->text, text));
	ck_assert_ptr_nonnull(strstr(f->advice, advice));
	/* Advice stands where something is to be done, and only there. */
	for (size_t i = 0; i < CTL_DOCTOR_CHECKS; i++)
		ck_assert_int_eq(findings[i].verdict == CTL_VERDICT_OK, !*findings[i].advice);
	ck_assert_int_ge(ctl_doctor_verdict(findings), verdict);
}

START_TEST(good_host)
{
	struct ctl_finding findings[CTL_DOCTOR_CHECKS];
	struct ctl_facts facts = good;

	ctl_doctor_examine(&good, findings);
	ck_assert_int_eq(ctl_doctor_verdict(findings), CTL_VERDICT_OK);

	facts.module_loaded = false;
	facts.family = CTL_FAMILY_ABSENT;
	ctl_doctor_examine(&facts, findings);
	ck_assert_int_eq(ctl_doctor_verdict(findings), CTL_VERDICT_WARN);
	expect(&facts, "loaded", CTL_VERDICT_WARN, "no", "modprobe pkvm");
	expect(&facts, "family", CTL_VERDICT_WARN, "comes with the module", "modprobe pkvm");
	expect(&facts, "EL2", CTL_VERDICT_OK, "started at EL2", "");
}
END_TEST

START_TEST(el2)
{
	struct ctl_facts facts = good;

	facts.module_loaded = false;
	facts.vhe = CTL_YES;
	expect(&facts, "EL2", CTL_VERDICT_FAIL, "VHE", "id_aa64mmfr1.vh=0");
	facts.vhe = CTL_NO;
	facts.started_at_el2 = CTL_NO;
	expect(&facts, "EL2", CTL_VERDICT_FAIL, "EL1", "virtualization=on");
	facts.started_at_el2 = CTL_UNKNOWN;
	facts.vhe = CTL_UNKNOWN;
	expect(&facts, "EL2", CTL_VERDICT_WARN, "cannot tell", "as root");
	facts.psci_hvc = CTL_YES;
	expect(&facts, "EL2", CTL_VERDICT_FAIL, "HVC", "virtualization=on");
	facts.kvm = true;
	expect(&facts, "EL2", CTL_VERDICT_OK, "KVM uses it", "");
	facts.module_loaded = true;
	expect(&facts, "EL2", CTL_VERDICT_OK, "module runs there", "");
}
END_TEST

START_TEST(kvm_and_parameters)
{
	struct ctl_facts facts = good;

	facts.module_loaded = false;
	strcpy(facts.cmdline, "quiet\n");
	expect(&facts, "parameters", CTL_VERDICT_WARN, "no kvm-arm.mode", "kvm-arm.mode=none");
	facts.kvm = true;
	expect(&facts, "parameters", CTL_VERDICT_FAIL, "no kvm-arm.mode", "kvm-arm.mode=none");
	expect(&facts, "KVM", CTL_VERDICT_FAIL, "/dev/kvm", "kvm-arm.mode=none");
	strcpy(facts.cmdline, "kvm-arm.mode=protected\n");
	expect(&facts, "parameters", CTL_VERDICT_FAIL, "protected", "kvm-arm.mode=none");
	facts.cmdline[0] = '\0';
	expect(&facts, "parameters", CTL_VERDICT_WARN, "not readable", "kvm-arm.mode=none");
}
END_TEST

START_TEST(module_refused)
{
	struct ctl_facts facts = good;

	facts.lockdown = CTL_LOCKDOWN_INTEGRITY;
	facts.sig_enforce = CTL_YES;
	expect(&facts, "lockdown", CTL_VERDICT_OK, "integrity", "");
	expect(&facts, "signatures", CTL_VERDICT_OK, "enforced", "");
	facts.module_loaded = false;
	expect(&facts, "lockdown", CTL_VERDICT_WARN, "integrity", "sign pkvm.ko");
	expect(&facts, "signatures", CTL_VERDICT_WARN, "enforced", "sign pkvm.ko");
	facts.lockdown = CTL_LOCKDOWN_UNKNOWN;
	expect(&facts, "lockdown", CTL_VERDICT_OK, "none", "");
	facts.module_installed = false;
	expect(&facts, "installed", CTL_VERDICT_FAIL, "6.1.0-test", "make install");
	/* Loaded from elsewhere: that works, until the next boot. */
	facts.module_loaded = true;
	expect(&facts, "installed", CTL_VERDICT_WARN, "6.1.0-test", "make install");
}
END_TEST

START_TEST(family)
{
	struct ctl_facts facts = good;

	facts.family = CTL_FAMILY_ABSENT;
	expect(&facts, "family", CTL_VERDICT_FAIL, "no netlink family", "kernel log");
	facts.family = CTL_FAMILY_FAULTY;
	strcpy(facts.family_error.text, "speaks version 9");
	expect(&facts, "family", CTL_VERDICT_FAIL, "speaks version 9", "same version");
}
END_TEST

START_TEST(the_rest)
{
	struct ctl_facts facts = good;

	strcpy(facts.machine, "x86_64");
	expect(&facts, "machine", CTL_VERDICT_FAIL, "x86_64", "Arm");
	expect(&facts, "EL2", CTL_VERDICT_FAIL, "x86_64", "Arm");
	facts.psi = false;
	expect(&facts, "PSI", CTL_VERDICT_WARN, "pressure", "psi=1");
	facts.btf = false;
	expect(&facts, "BTF", CTL_VERDICT_WARN, "type information", "CONFIG_DEBUG_INFO_BTF");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl_doctor");
	TCase *files = tcase_create("files"), *verdicts = tcase_create("verdicts");

	suite_add_tcase(suite, files);
	tcase_add_checked_fixture(files, make_root, remove_root);
	tcase_add_test(files, nothing_readable);
	tcase_add_test(files, everything_there);
	tcase_add_test(files, levels);
	tcase_add_test(files, module_of_another_name);

	suite_add_tcase(suite, verdicts);
	tcase_add_test(verdicts, parameters);
	tcase_add_test(verdicts, log_lines);
	tcase_add_test(verdicts, good_host);
	tcase_add_test(verdicts, el2);
	tcase_add_test(verdicts, kvm_and_parameters);
	tcase_add_test(verdicts, module_refused);
	tcase_add_test(verdicts, family);
	tcase_add_test(verdicts, the_rest);
	return suite_run(suite);
}
