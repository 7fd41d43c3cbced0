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

/* A request, and what its answer is read with. The caller sets what comes before @msg. */
struct request {
	struct pkvm_client *client;
	uint8_t cmd;			/* PKVM_CMD_* */
	int flags;			/* NLM_F_* */
	const char *const *names;	/* of its attributes, for messages; or NULL */
	size_t n_names;
	/* Called for each message of the answer. Returns 0 or a negative errno. May be NULL. */
	int (*read)(const struct nlattr *attrs, int len, void *arg);
	void *arg;
	struct nl_msg *msg;		/* NULL before request_begin() */
	int err;			/* what putting it together has failed with, or 0 */
};

#define REQUEST_NAMES(array)	.names = (array), .n_names = sizeof(array) / sizeof((array)[0])

/*
 * Begins a request, as every public function does: the client's failure before is forgotten.
 * What fails from here on is recorded in the client and kept for request_run().
 */
void request_begin(struct request *request);
void request_put_u8(struct request *request, int attr, uint8_t value);
void request_put_u32(struct request *request, int attr, uint32_t value);
void request_put_u64(struct request *request, int attr, uint64_t value);
void request_put_flag(struct request *request, int attr);

/*
 * Sends the request unless it has failed already, reads the answer up to its
 * acknowledgement and frees what request_begin() has allocated, also after an error.
 * Returns 0 or a negative errno, which is recorded: -ENOTCONN, -ENOMEM; -EAGAIN: a dump is
 * torn, the caller may repeat it; or as pkvm.h says.
 */
int request_run(struct request *request);

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
