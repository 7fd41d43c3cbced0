// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of words. */
#include "words.h"

#include <errno.h>
#include <string.h>

const char *ctl_word(const struct ctl_words *table, uint64_t value)
{
	if (value >= table->n || !table->words[value])
		return "unknown";
	return table->words[value];
}

int ctl_word_find(const struct ctl_words *table, const char *text)
{
	for (size_t i = 0; i < table->n; i++) {
		if (table->words[i] && !strcmp(table->words[i], text))
			return (int)i;
	}
	return -ENOENT;
}

void ctl_words_offer(const struct ctl_words *table, struct ctl_message *message)
{
	struct ctl_offer offer = { .message = message };

	for (size_t i = 0; i < table->n; i++) {
		if (table->words[i])
			ctl_offer_word(&offer, "", table->words[i]);
	}
}

static const char *const switch_words[] = { "off", "on" };
const struct ctl_words ctl_switch_words = { 2, switch_words };
