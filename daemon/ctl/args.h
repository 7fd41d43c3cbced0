/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: pkvmctl [OPTIONS] OBJECT [VERB] [ARGUMENTS]. Words are
 * exact: nothing is abbreviated or guessed. General options may stand
 * anywhere, a verb's own after the verb; "--" ends options.
 */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

struct ctl_verb;

struct ctl_value {
	bool given;
	uint64_t number;	/* 1 for a flag; pages for a size, a page's number */
};

struct ctl_pair {
	const char *key, *value;
};

/* What was asked for. Owns nothing but @handles and @pairs (ctl_args_release()). */
struct ctl_args {
	const struct ctl_verb *verb;	/* NULL only with @help */
	const char *object;		/* NULL if none was named */

	struct ctl_value json;
	struct ctl_value bytes;
	struct ctl_value help;

	struct ctl_value all;
	struct ctl_value count;
	struct ctl_value timeout;	/* seconds */
	struct ctl_value vcpus;
	struct ctl_value max_vcpus;
	struct ctl_value size;
	struct ctl_value pfn;
	struct ctl_value prometheus;
	struct ctl_value interval;	/* seconds */

	/* The shrinker's knobs. */
	struct ctl_value enabled;
	struct ctl_value seeks;
	struct ctl_value batch;
	struct ctl_value reserve;

	uint32_t *handles;
	size_t nr_handles;

	struct ctl_pair *pairs;
	size_t nr_pairs;
};

/*
 * Parses @argv (with the program's name in front, as main() gets it). Returns 0,
 * or a negative errno with a sentence in *message: then *ret_args is untouched.
 * The strings of *ret_args are those of @argv and of static tables.
 */
int ctl_args_parse(int argc, const char *const argv[], struct ctl_args *ret_args,
		   struct ctl_message *message);
void ctl_args_release(struct ctl_args *args);

static inline uint64_t ctl_value_or(struct ctl_value value, uint64_t fallback)
{
	return value.given ? value.number : fallback;
}

#endif
