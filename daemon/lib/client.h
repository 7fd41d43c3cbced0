/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client inside: how the functions of pkvm.h talk to the module, and how they fail. */
#ifndef LIBPKVM_CLIENT_H
#define LIBPKVM_CLIENT_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "ack.h"
#include "pkvm.h"

struct nl_sock;

struct pkvm_client {
	struct nl_sock *sock;		/* requests only */
	int family;			/* 0 while not connected */
	enum pkvm_failure failure;
	char sentence[ACK_SENTENCE_MAX];
};

/* Every public function starts by forgetting the failure before. */
void client_reset(struct pkvm_client *client);

/* Makes sure that there is a socket for requests. Returns 0, or a negative errno, recorded. */
int client_open(struct pkvm_client *client);

/* Records @err, a negative errno, with its sentence (printf). Returns @err. */
int __attribute__((format(printf, 3, 4))) client_fail(struct pkvm_client *client, int err,
						      const char *format, ...);

/* What libnl's error @nlerr (negative) is as a negative errno. */
int client_errno(int nlerr);

/* What the module sent is not what this library understands. Returns -EBADMSG. */
int client_malformed(struct pkvm_client *client);

/* A request that is being put together, and what its answer is read with. */
struct request {
	struct nl_msg *msg;
	const char *const *names;	/* of its attributes, for messages; or NULL */
	size_t n_names;
	/* Called for each message of the answer. Returns 0 or a negative errno. May be NULL. */
	int (*read)(const struct nlattr *attrs, int len, void *arg);
	void *arg;
};

/* Begins request @cmd. Returns 0, -ENOTCONN or -ENOMEM, which are recorded. */
int request_begin(struct pkvm_client *client, struct request *request, uint8_t cmd, int flags);

/*
 * Attributes. A request is far smaller than its buffer, so that they fit; the
 * returned value is 0 or -ENOMEM all the same, and recorded.
 */
int request_put_u8(struct pkvm_client *client, struct request *request, int attr, uint8_t value);
int request_put_u32(struct pkvm_client *client, struct request *request, int attr, uint32_t value);
int request_put_u64(struct pkvm_client *client, struct request *request, int attr, uint64_t value);
int request_put_flag(struct pkvm_client *client, struct request *request, int attr);

/*
 * Sends the request, reads the answer up to its acknowledgement and frees the
 * request, also after an error. -EAGAIN: a dump is torn, the caller may repeat it.
 * Returns 0 or a negative errno, which is recorded.
 */
int request_run(struct pkvm_client *client, struct request *request);

/* Frees a request that is not run. */
void request_drop(struct request *request);

/* A request without attributes: begin and run. */
int request_simple(struct pkvm_client *client, uint8_t cmd,
		   int (*read)(const struct nlattr *attrs, int len, void *arg), void *arg);

/* An array that grows while a dump is read. */
struct list {
	void *items;
	size_t n, room, item_size;
};

/* Room for one more item, zeroed, or NULL. */
void *list_add(struct list *list);

/*
 * Dumps @cmd into @list, whose item_size is set, by @read, whose arg is the list.
 * A torn dump is repeated a few times. After an error the list is empty.
 */
int request_dump(struct pkvm_client *client, uint8_t cmd,
		 int (*read)(const struct nlattr *attrs, int len, void *arg), struct list *list);

#endif
