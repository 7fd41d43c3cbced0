// SPDX-License-Identifier: GPL-2.0-or-later
/* Sentences about what went wrong. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ctl_message_set(struct ctl_message *message, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message->text, sizeof(message->text), format, args);
	va_end(args);
	return err;
}

void ctl_message_add(struct ctl_message *message, const char *format, ...)
{
	size_t used = strlen(message->text);
	va_list args;

	va_start(args, format);
	vsnprintf(message->text + used, sizeof(message->text) - used, format, args);
	va_end(args);
}

void ctl_offer_word(struct ctl_offer *offer, const char *prefix, const char *word)
{
	ctl_message_add(offer->message, "%s%s%s", offer->n++ ? ", " : "; possible: ", prefix, word);
}
