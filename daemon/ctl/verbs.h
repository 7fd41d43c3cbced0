/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pkvmctl can be told: the tables behind its parser and its help. */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include <stddef.h>
#include <stdint.h>

#include "args.h"

/* Index of ctl_verbs; the verbs of an object stand together. */
enum ctl_command {
	CTL_STATUS,
	CTL_DOCTOR,
	CTL_HEAP_SHOW,
	CTL_HEAP_MAP,
	CTL_HEAP_CHECK,
	CTL_PAGE_SHOW,
	CTL_PAGE_STATS,
	CTL_SELFTEST,
	CTL_TOPUP,
	CTL_RECLAIM,
	CTL_SHRINKER_SHOW,
	CTL_SHRINKER_SET,
	CTL_VM_CREATE,
	CTL_VM_LIST,
	CTL_VM_DESTROY,
	CTL_POLICY_SHOW,
	CTL_POLICY_SET,
	CTL_POLICY_EXPLAIN,
	CTL_METRICS,
	CTL_TOP,
	CTL_MONITOR,
	CTL_TRACE_REQ,
	CTL_TRACE_HIST,
	CTL_TRACE_HEAP,
	CTL_TRACE_EVENTS,
	CTL_REPORT,
	CTL_UNLOAD,
	CTL_VERSION,
	CTL_COMMANDS
};

enum ctl_kind {
	CTL_KIND_FLAG,		/* takes no value */
	CTL_KIND_SWITCH,	/* on or off */
	CTL_KIND_NUMBER,
	CTL_KIND_SIZE,
	CTL_KIND_PAGE,
};

/* A value with a name: "--name VALUE" as an option, "name=VALUE" as a knob. */
struct ctl_setting {
	const char *name;
	char letter;		/* of a short option, or 0 */
	enum ctl_kind kind;
	const char *value;	/* what the help calls the value */
	uint64_t min, max;
	size_t offset;		/* of its struct ctl_value in struct ctl_args */
	const char *help;
};

struct ctl_settings {
	size_t n;
	const struct ctl_setting *list;
};

enum ctl_operand {
	CTL_OPERAND_NONE,
	CTL_OPERAND_SIZE,
	CTL_OPERAND_SIZE_OR_ALL,
	CTL_OPERAND_HANDLES_OR_ALL,
	CTL_OPERAND_KNOBS,
	CTL_OPERAND_PAGE,
	CTL_OPERAND_EVENTS,
	CTL_OPERAND_PAIRS,
};

struct ctl_verb {
	const char *object;
	const char *verb;	/* NULL if the object is all there is to say */
	enum ctl_operand operand;
	struct ctl_settings options;
	const char *help;
};

extern const struct ctl_verb ctl_verbs[CTL_COMMANDS];

static inline enum ctl_command ctl_command_of(const struct ctl_verb *verb)
{
	return (enum ctl_command)(verb - ctl_verbs);
}

extern const struct ctl_settings ctl_general_options;
extern const struct ctl_settings ctl_knobs;
extern const struct ctl_setting ctl_size_operand;
extern const struct ctl_setting ctl_page_operand;

#endif
