// SPDX-License-Identifier: GPL-2.0-or-later
/* The help, made from the tables of verbs.c. */
#include "help.h"

#include <string.h>

#include "verbs.h"

/* Where explanations begin. */
#define HELP_COLUMN	30

static const char *const operand_synopsis[] = {
	[CTL_OPERAND_NONE] = "",
	[CTL_OPERAND_SIZE] = " SIZE",
	[CTL_OPERAND_SIZE_OR_ALL] = " SIZE|--all",
	[CTL_OPERAND_HANDLES_OR_ALL] = " HANDLE...|--all",
	[CTL_OPERAND_KNOBS] = " KEY=VALUE...",
	[CTL_OPERAND_PAIRS] = " KEY=VALUE...",
	[CTL_OPERAND_PAGE] = " PFN|ADDRESS",
	[CTL_OPERAND_EVENTS] = " [EVENT...]",
};

/* @written characters stand on the line already. */
static void explain(FILE *out, int written, const char *text)
{
	if (written >= HELP_COLUMN) {
		fputc('\n', out);
		written = 0;
	}
	fprintf(out, "%*s%s\n", HELP_COLUMN - written, "", text);
}

static void help_verb(FILE *out, const struct ctl_verb *verb)
{
	int written = fprintf(out, "  %s%s%s%s", verb->object, verb->verb ? " " : "",
			      verb->verb ? verb->verb : "", operand_synopsis[verb->operand]);

	explain(out, written, verb->help);
}

static void help_setting(FILE *out, const char *prefix, char between,
			 const struct ctl_setting *setting)
{
	int written = fprintf(out, "      ");

	if (setting->letter)
		written += fprintf(out, "-%c, ", setting->letter);
	written += fprintf(out, "%s%s", prefix, setting->name);
	if (setting->value)
		written += fprintf(out, "%c%s", between, setting->value);
	explain(out, written, setting->help);
}

static void help_settings(FILE *out, const char *prefix, char between,
			  const struct ctl_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++)
		help_setting(out, prefix, between, &settings->list[i]);
}

static void help_object(FILE *out, const char *object)
{
	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];

		if (strcmp(verb->object, object))
			continue;
		help_verb(out, verb);
		help_settings(out, "--", ' ', &verb->options);
		if (verb->operand == CTL_OPERAND_KNOBS)
			help_settings(out, "", '=', &ctl_knobs);
	}
}

static void help_all(FILE *out)
{
	fputs("Usage: pkvmctl [OPTIONS] OBJECT [VERB] [ARGUMENTS]\n"
	      "Watch and steer the memory of the hypervisor at EL2.\n\n",
	      out);
	for (size_t i = 0; i < CTL_COMMANDS; i++)
		help_verb(out, &ctl_verbs[i]);
	fputs("\nOptions:\n", out);
	help_settings(out, "--", ' ', &ctl_general_options);
	fputs("\nA SIZE is a number of 4 KiB pages, or of bytes with suffix K, M or G.\n"
	      "'pkvmctl OBJECT --help' tells an object's own options; pkvmctl(8) tells the rest.\n",
	      out);
}

void ctl_help(FILE *out, const char *object)
{
	if (!object) {
		help_all(out);
		return;
	}
	fprintf(out, "Usage: pkvmctl [OPTIONS] %s ...\n\n", object);
	help_object(out, object);
}
