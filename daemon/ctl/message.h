/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sentence about what went wrong, for a person: names the value and the
 * limit, has no newline and no "pkvmctl: " in front.
 */
#ifndef CTL_MESSAGE_H
#define CTL_MESSAGE_H

#define CTL_MESSAGE_MAX	512

struct ctl_message {
	char text[CTL_MESSAGE_MAX];
};

/* Replaces the text; what does not fit is cut. Returns @err, so that a refusal is one statement. */
int ctl_message_set(struct ctl_message *message, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds to the text, cutting what does not fit. */
void ctl_message_add(struct ctl_message *message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A list of what is possible, added to a sentence word by word: "; possible: a,
 * b". Start with n = 0. @prefix goes in front of the word ("--" or "").
 */
struct ctl_offer {
	struct ctl_message *message;
	unsigned int n;
};

void ctl_offer_word(struct ctl_offer *offer, const char *prefix, const char *word);

#endif
