/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can this host run pkvm? Verdicts on facts; gathers nothing itself. */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include <stddef.h>

#include "facts.h"
#include "words.h"

enum ctl_verdict {
	CTL_VERDICT_OK,
	CTL_VERDICT_WARN,	/* works, or cannot be told */
	CTL_VERDICT_FAIL,	/* stands in the way */
};

struct ctl_finding {
	const char *check;	/* what was looked at */
	enum ctl_verdict verdict;
	const char *advice;	/* what to do; empty for "ok" */
	char text[256];
};

extern const struct ctl_words ctl_verdict_words;

/* One finding per check, always the same number and order. */
#define CTL_DOCTOR_CHECKS	11

void ctl_doctor_examine(const struct ctl_facts *facts,
			struct ctl_finding ret_findings[CTL_DOCTOR_CHECKS]);

/* The gravest verdict of all. */
enum ctl_verdict ctl_doctor_verdict(const struct ctl_finding findings[CTL_DOCTOR_CHECKS]);

#endif
