/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as people write them. */
#ifndef PKVMD_CONFIG_VALUE_H
#define PKVMD_CONFIG_VALUE_H

#include "config.h"

/*
 * Reads @text as a value of @key, in its unit. Returns 0, or -EINVAL or -ERANGE with
 * a sentence that names key, text and what is possible; then *ret stays.
 */
int config_parse_value(const struct config_key *key, const char *text, uint64_t *ret,
		       struct ctl_message *message);

/* Paths between blanks, none absolute and none with "..": 0, or -EINVAL with a sentence. */
int config_check_paths(const char *name, const char *text, struct ctl_message *message);

/* As config_parse_value() reads it. The caller frees it; NULL when out of memory. */
char *config_value_text(enum config_unit unit, uint64_t value);

#endif
