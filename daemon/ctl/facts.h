/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space can find out about this host's ability to run pkvm. */
#ifndef CTL_FACTS_H
#define CTL_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "message.h"

enum ctl_known {
	CTL_UNKNOWN,
	CTL_NO,
	CTL_YES,
};

enum ctl_lockdown {
	CTL_LOCKDOWN_UNKNOWN,
	CTL_LOCKDOWN_NONE,
	CTL_LOCKDOWN_INTEGRITY,
	CTL_LOCKDOWN_CONFIDENTIALITY,
};

enum ctl_family {
	CTL_FAMILY_ABSENT,
	CTL_FAMILY_PRESENT,
	CTL_FAMILY_FAULTY,		/* there, but not usable: family_error tells */
};

struct ctl_facts {
	char machine[72];		/* as uname -m */
	char release[72];		/* as uname -r */
	char cmdline[4096];		/* the kernel's parameters; empty if not readable */
	enum ctl_known started_at_el2;	/* from the kernel log */
	enum ctl_known vhe;		/* the kernel runs at EL2 itself; from the kernel log */
	enum ctl_known psci_hvc;	/* firmware is called by HVC: then EL2 is somebody else's */
	enum ctl_known sig_enforce;
	enum ctl_lockdown lockdown;
	bool kvm;			/* /dev/kvm */
	bool module_loaded;
	bool module_installed;		/* for the running kernel */
	bool psi;
	bool btf;
	enum ctl_family family;
	struct ctl_message family_error;
};

/*
 * Reads what lies in files below @root ("" for this host's own; a test has its
 * own tree). What cannot be read is left unknown, which is no error. Does not
 * set machine, release, the log's facts and the family.
 */
void ctl_facts_read_files(const char *root, struct ctl_facts *facts);

/* Reads the kernel log's facts from its text. */
void ctl_facts_read_log(const char *log, struct ctl_facts *facts);

/* The value of the last kernel parameter of this name, copied to @value; false if there is none. */
bool ctl_facts_parameter(const struct ctl_facts *facts, const char *name, char *value,
			 size_t size);

#endif
