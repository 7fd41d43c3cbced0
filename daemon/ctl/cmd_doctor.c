// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmctl doctor */
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "doctor.h"
#include "view.h"

/* syslog(2): the kernel's names for these are not in a header for programs. */
#define SYSLOG_ACTION_READ_ALL	3
#define SYSLOG_ACTION_SIZE_BUFFER	10

static void read_kernel_log(struct ctl_facts *facts)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0), n;
	char *log = size > 0 ? malloc((size_t)size + 1) : NULL;

	if (!log)
		return;
	n = klogctl(SYSLOG_ACTION_READ_ALL, log, size);
	if (n > 0) {
		log[n] = '\0';
		ctl_facts_read_log(log, facts);
	}
	free(log);
}

static void read_machine(struct ctl_facts *facts)
{
	struct utsname name;

	if (uname(&name))
		return;
	strncat(facts->machine, name.machine, sizeof(facts->machine) - 1);
	strncat(facts->release, name.release, sizeof(facts->release) - 1);
}

static void read_family(struct ctl *ctl, struct ctl_facts *facts)
{
	if (!pkvm_client_connect(ctl->client)) {
		facts->family = CTL_FAMILY_PRESENT;
	} else if (pkvm_client_failure(ctl->client) == PKVM_FAILURE_NO_MODULE) {
		facts->family = CTL_FAMILY_ABSENT;
	} else {
		facts->family = CTL_FAMILY_FAULTY;
		ctl_message_set(&facts->family_error, 0, "%s", pkvm_client_error(ctl->client));
	}
}

/* Findings are printed whatever they are; the status tells whether one of them fails. */
enum ctl_exit ctl_cmd_doctor(struct ctl *ctl)
{
	struct ctl_finding findings[CTL_DOCTOR_CHECKS];
	struct ctl_facts facts = { 0 };
	int err;

	read_machine(&facts);
	read_kernel_log(&facts);
	read_family(ctl, &facts);
	ctl_facts_read_files("", &facts);
	ctl_doctor_examine(&facts, findings);

	err = ctl_view_doctor(ctl->out, findings, &ctl->style);
	if (err)
		return ctl_viewed(err);
	return ctl_doctor_verdict(findings) == CTL_VERDICT_FAIL ? CTL_EXIT_FAILURE : CTL_EXIT_OK;
}
