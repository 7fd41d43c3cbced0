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

/* What journalctl MESSAGE_ID=... finds, one for each kind; listed in pkvmd(8). */
#define LOG_ID_TOPUP_BEGINS	"26bad3f04fd849e3815bf748ccdafc2f"
#define LOG_ID_TOPUP_ENDS	"e9a1e683f2824c37a5e0eae2bf7d2ce9"
#define LOG_ID_TOPUP_FAILS	"fb85b53c32854a37a985ddfe59f60e12"
#define LOG_ID_TOPUP_SUPPRESSED	"5b7a850db467419e87a7b2dd4621c449"
#define LOG_ID_RELEASE_BEGINS	"40d197f857e04f38ad6a271cff6952d6"
#define LOG_ID_RELEASE_ENDS	"4ca69be58ae1405684588f06ad5fb56f"
#define LOG_ID_RELEASE_FAILS	"abdf4a5027df4a3aaf9843a115060cf5"
#define LOG_ID_RELEASE_SUPPRESSED	"953090e75c0f4a5ca1da8545f932f70c"
#define LOG_ID_RECLAIM_BEGINS	"1bd33bffe63546c4a1590f65d262ffb3"
#define LOG_ID_RECLAIM_ENDS	"8933fdf8ba0847a28880187bf9e983cb"
#define LOG_ID_RECLAIM_FAILS	"82a01dd856fb434996e67c52750d614b"
#define LOG_ID_RECLAIM_SUPPRESSED	"069d694d58c74c7a9deb164d3953ef4b"
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
