/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages: structured ones for the journal, each kind with a MESSAGE_ID; plain ones on
 * standard error where that is not the journal.
 */
#ifndef PKVMD_LOG_H
#define PKVMD_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/* What journalctl MESSAGE_ID=... finds; listed in pkvmd(8). */
#define LOG_ID_ACTION_BEGINS	"46ad448dda5784c59914abdf808a5a26"
#define LOG_ID_ACTION_ENDS	"47c3a6417f1ac54a08ed16b5b99ef5c2"
#define LOG_ID_ACTION_FAILS	"bf97c69a88bed44b8be71a33668308d5"
#define LOG_ID_SUPPRESSED	"72a1878597b0f6d06c01006e448fd8e9"
#define LOG_ID_PING_PONG	"096402fe7a17c6719494801d540217a2"
#define LOG_ID_STATE		"c9f4d1eb10f985373c2b4dc166e882c4"
#define LOG_ID_CONFIG		"7352f2055928025a37990f8fb27b7d7a"
#define LOG_ID_OVERRUN		"4334ba9440847af8f111edc4a2cf461b"
#define LOG_ID_TROUBLE		"f38beaf14081ccbe62ce3c9796ed43a7"

#define LOG_FIELDS	16
#define LOG_ROOM	2048

/* A message that is being put together; too much of it is cut. */
struct log_entry {
	int priority;			/* syslog.h */
	size_t n, used;
	const char *field[LOG_FIELDS];	/* "NAME=value" */
	char room[LOG_ROOM];
};

/* Begins with the sentence. @id is one of the above. */
void log_begin(struct log_entry *entry, int priority, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void log_add(struct log_entry *entry, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_send(const struct log_entry *entry);

/* A sentence without fields. */
void log_say(int priority, const char *id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
