// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages to the journal or to standard error. */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* Nobody needs to know in which line of the source. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

static void __attribute__((format(printf, 3, 0)))
vadd(struct log_entry *entry, const char *name, const char *format, va_list args)
{
	size_t left = sizeof(entry->room) - entry->used;
	char *at = entry->room + entry->used;
	int head, text;

	if (entry->n == LOG_FIELDS)
		return;
	head = snprintf(at, left, "%s=", name);
	if ((size_t)head >= left)
		return;
	text = vsnprintf(at + head, left - head, format, args);
	if (text < 0)
		return;
	entry->used += (size_t)(head + text) < left ? (size_t)(head + text) + 1 : left;
	entry->field[entry->n++] = at;
}

void log_add(struct log_entry *entry, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vadd(entry, name, format, args);
	va_end(args);
}

static void __attribute__((format(printf, 4, 0)))
vbegin(struct log_entry *entry, int priority, const char *id, const char *format, va_list args)
{
	entry->priority = priority;
	entry->n = 0;
	entry->used = 0;
	vadd(entry, "MESSAGE", format, args);
	log_add(entry, "MESSAGE_ID", "%s", id);
	log_add(entry, "PRIORITY", "%d", priority);
}

void log_begin(struct log_entry *entry, int priority, const char *id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vbegin(entry, priority, id, format, args);
	va_end(args);
}

static bool to_journal(const struct log_entry *entry)
{
	struct iovec iov[LOG_FIELDS];

	/* systemd sets it for what it starts with its output to the journal. */
	if (!getenv("JOURNAL_STREAM"))
		return false;
	for (size_t i = 0; i < entry->n; i++)
		iov[i] = (struct iovec){ (void *)entry->field[i], strlen(entry->field[i]) };
	return !sd_journal_sendv(iov, entry->n);
}

void log_send(const struct log_entry *entry)
{
	if (!to_journal(entry) && entry->priority < LOG_DEBUG)
		fprintf(stderr, "pkvmd: %s\n", strchr(entry->field[0], '=') + 1);
}

void log_say(int priority, const char *id, const char *format, ...)
{
	struct log_entry entry;
	va_list args;

	va_start(args, format);
	vbegin(&entry, priority, id, format, args);
	va_end(args);
	log_send(&entry);
}
