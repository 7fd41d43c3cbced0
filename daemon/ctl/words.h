/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of words: one per enumeration, for parsing and for printing. */
#ifndef CTL_WORDS_H
#define CTL_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

/* @words[i] is what value i is called; NULL is a value without a name. */
struct ctl_words {
	size_t n;
	const char *const *words;
};

/* "unknown" for a value that the table does not have: a newer module may send one. */
const char *ctl_word(const struct ctl_words *table, uint64_t value);

/* Exact match. Returns the value, or -ENOENT. */
int ctl_word_find(const struct ctl_words *table, const char *text);

/* Adds "; possible: a, b, c" to the sentence. */
void ctl_words_offer(const struct ctl_words *table, struct ctl_message *message);

extern const struct ctl_words ctl_switch_words;		/* bool: off, on */

#endif
