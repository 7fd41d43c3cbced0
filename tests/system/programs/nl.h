/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink without a library: messages are made byte by byte, so that wrong ones
 * can be sent, and the kernel's sentences are read as they come.
 */
#ifndef SYSTEM_NL_H
#define SYSTEM_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

/* An attribute of a request: its payload is the first len bytes of value. */
struct nl_attr {
	uint16_t type;		/* 0: none, and none behind it */
	uint16_t len;
	uint64_t value;
};

#define NL_MAX_ATTRS	4

struct nl_request {
	uint16_t family;
	uint16_t flags;		/* beyond NLM_F_REQUEST and NLM_F_ACK */
	uint8_t cmd;
	uint16_t trailing;	/* bytes behind the last attribute that are none */
	struct nl_attr attrs[NL_MAX_ATTRS];
};

struct nl_answer {
	int err;		/* 0 or a negative errno, of the acknowledgement */
	bool torn;		/* a dump that was interrupted (NLM_F_DUMP_INTR) */
	unsigned int culprit;	/* type of the attribute that the kernel points at, 0 for none */
	char sentence[160];	/* "" if the kernel gave none */
	unsigned int messages;	/* before the acknowledgement */
};

/* Called with each message's attributes; what it returns other than 0 ends nl_ask(). */
typedef int (*nl_read_fn)(const struct nlattr *attrs, size_t len, void *arg);

/* A socket with extended and strict checks, or a negative errno. */
int nl_open(void);

/*
 * Sends, reads until the acknowledgement. Returns 0 with *ret filled in; a negative errno
 * if the exchange itself failed, or what read (may be NULL) returned.
 */
int nl_ask(int sock, const struct nl_request *request, nl_read_fn read, void *arg,
	   struct nl_answer *ret);

/* The attribute of that type, or NULL. */
const struct nlattr *nl_find(const struct nlattr *attrs, size_t len, unsigned int type);
const void *nl_data(const struct nlattr *attr);
size_t nl_len(const struct nlattr *attr);
uint64_t nl_number(const struct nlattr *attr);

/* The family's id, respectively the id of one of its groups. A negative errno if there is none. */
int nl_family(int sock, const char *name);
int nl_group(int sock, const char *family, const char *name);

#endif
