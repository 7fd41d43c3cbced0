// SPDX-License-Identifier: GPL-2.0-or-later
/* What user space can find out about this host: procfs, sysfs, the kernel log. */
#include "facts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool exists(const char *root, const char *name, int mode)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, name);
	return !access(path, mode);
}

/* The first bytes of a file as a string; false if it cannot be read. */
static bool read_text(const char *root, const char *name, char *buf, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s%s", root, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(buf, 1, size - 1, file);
	buf[n] = '\0';
	fclose(file);
	return n > 0;
}

static enum ctl_known read_switch(const char *root, const char *name)
{
	char text[8];

	if (!read_text(root, name, text, sizeof(text)))
		return CTL_UNKNOWN;
	return text[0] == 'Y' || text[0] == '1' ? CTL_YES : CTL_NO;
}

/* The level in force stands in brackets: "none [integrity] confidentiality". */
static enum ctl_lockdown read_lockdown(const char *root)
{
	char text[128];

	if (!read_text(root, "/sys/kernel/security/lockdown", text, sizeof(text)))
		return CTL_LOCKDOWN_UNKNOWN;
	if (strstr(text, "[confidentiality]"))
		return CTL_LOCKDOWN_CONFIDENTIALITY;
	if (strstr(text, "[integrity]"))
		return CTL_LOCKDOWN_INTEGRITY;
	return CTL_LOCKDOWN_NONE;
}

/* Lines of modules.dep begin with the module's path: "extra/pkvm.ko.xz: ...". */
static bool dep_names_module(const char *line)
{
	const char *end = strchr(line, ':');
	const char *found = strstr(line, "/pkvm.ko");

	return found && end && found < end;
}

static bool module_installed(const char *root, const char *release)
{
	char path[PATH_MAX], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.dep", root, release);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) >= 0)
		found = dep_names_module(line);
	free(line);
	fclose(file);
	return found;
}

/* Device tree only: with ACPI the same is in a table that only root can read. */
static enum ctl_known read_psci(const char *root)
{
	char method[8];

	if (!read_text(root, "/sys/firmware/devicetree/base/psci/method", method, sizeof(method)))
		return CTL_UNKNOWN;
	return strcmp(method, "hvc") ? CTL_NO : CTL_YES;
}

void ctl_facts_read_files(const char *root, struct ctl_facts *facts)
{
	if (!read_text(root, "/proc/cmdline", facts->cmdline, sizeof(facts->cmdline)))
		facts->cmdline[0] = '\0';
	facts->psci_hvc = read_psci(root);
	facts->sig_enforce = read_switch(root, "/sys/module/module/parameters/sig_enforce");
	facts->lockdown = read_lockdown(root);
	facts->kvm = exists(root, "/dev/kvm", F_OK);
	facts->module_loaded = exists(root, "/sys/module/pkvm", F_OK);
	facts->module_installed = module_installed(root, facts->release);
	facts->psi = exists(root, "/proc/pressure/memory", R_OK);
	facts->btf = exists(root, "/sys/kernel/btf/vmlinux", F_OK);
}

/* The log is a ring: what it no longer has stays unknown. */
void ctl_facts_read_log(const char *log, struct ctl_facts *facts)
{
	if (strstr(log, "CPU(s) started at EL2"))
		facts->started_at_el2 = CTL_YES;
	else if (strstr(log, "CPU(s) started at EL1"))
		facts->started_at_el2 = CTL_NO;

	if (strstr(log, "detected: Virtualization Host Extensions"))
		facts->vhe = CTL_YES;
	else if (facts->started_at_el2 != CTL_UNKNOWN)
		facts->vhe = CTL_NO;
}

/* The kernel takes '-' and '_' in a parameter's name for the same. */
static bool same_name(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char x = a[i] == '_' ? '-' : a[i];
		char y = b[i] == '_' ? '-' : b[i];

		if (x != y || !x)
			return false;
	}
	return true;
}

bool ctl_facts_parameter(const struct ctl_facts *facts, const char *name, char *value, size_t size)
{
	const char *at = facts->cmdline, *space = " \t\n";
	size_t name_len = strlen(name);
	bool found = false;

	for (;;) {
		size_t len;

		at += strspn(at, space);
		len = strcspn(at, space);
		/* What follows "--" is for init. */
		if (!len || (len == 2 && !strncmp(at, "--", 2)))
			return found;
		if (len > name_len && at[name_len] == '=' && same_name(at, name, name_len)) {
			snprintf(value, size, "%.*s", (int)(len - name_len - 1), at + name_len + 1);
			found = true;
		}
		at += len;
	}
}
