// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests and their answers, over libnl. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>

#include "client.h"

/* How often a torn dump is read in all. */
#define DUMP_TRIES	5

void request_begin(struct request *request)
{
	struct pkvm_client *client = request->client;

	client_reset(client);
	request->msg = NULL;
	request->err = 0;
	if (!client->family) {
		request->err = client_fail(client, -ENOTCONN, "not connected to the pkvm module");
		return;
	}
	request->msg = nlmsg_alloc();
	if (!request->msg ||
	    !genlmsg_put(request->msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			 request->flags | NLM_F_ACK, request->cmd, PKVM_FAMILY_VERSION))
		request->err = client_fail(client, -ENOMEM, "out of memory");
}

/* A request is far smaller than its buffer, so that attributes fit; it is checked all the same. */
static void put(struct request *request, int attr, const void *data, size_t size)
{
	if (!request->err && nla_put(request->msg, attr, size, data))
		request->err = client_fail(request->client, -ENOMEM, "out of memory");
}

void request_put_u8(struct request *request, int attr, uint8_t value)
{
	put(request, attr, &value, sizeof(value));
}

void request_put_u32(struct request *request, int attr, uint32_t value)
{
	put(request, attr, &value, sizeof(value));
}

void request_put_u64(struct request *request, int attr, uint64_t value)
{
	put(request, attr, &value, sizeof(value));
}

void request_put_flag(struct request *request, int attr)
{
	put(request, attr, NULL, 0);
}

/* An answer that is being read. */
struct answer {
	const struct request *request;
	struct ack ack;		/* valid when done */
	int err;		/* of reading: the rest is skipped up to the acknowledgement */
	bool done;
	bool torn;
};

/* What is left from a request that was given up is not ours. */
static int on_seq_check(struct nl_msg *msg, void *arg)
{
	const struct answer *answer = arg;

	return nlmsg_hdr(msg)->nlmsg_seq == nlmsg_hdr(answer->request->msg)->nlmsg_seq ? NL_OK :
											  NL_SKIP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;
	const struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));

	if (answer->err || !answer->request->read)
		return NL_OK;
	if (!genlmsg_valid_hdr(nlmsg_hdr(msg), 0))
		answer->err = -EBADMSG;
	else
		answer->err = answer->request->read(genlmsg_attrdata(genl, 0),
						    genlmsg_attrlen(genl, 0),
						    answer->request->arg);
	return NL_OK;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	(void)msg;
	((struct answer *)arg)->torn = true;
	return NL_OK;
}

static void finish(struct answer *answer, const struct nlmsghdr *reply)
{
	const struct request *request = answer->request;
	int err = ack_parse(reply, nlmsg_hdr(request->msg), request->names, request->n_names,
			    &answer->ack);

	if (err)
		answer->ack = (struct ack){ .err = err };
	answer->done = true;
}

/* The acknowledgement of a "do", or the end of a dump: both have room for an errno. */
static int on_end(struct nl_msg *msg, void *arg)
{
	finish(arg, nlmsg_hdr(msg));
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	(void)from;
	finish(arg, (const struct nlmsghdr *)((const char *)error - NLMSG_HDRLEN));
	return NL_STOP;
}

static struct nl_cb *make_callbacks(struct answer *answer)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq_check, answer);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, answer);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, answer);
	return cb;
}

/* Returns 0 or libnl's error. */
static int exchange(struct answer *answer, struct nl_cb *cb)
{
	struct nl_sock *sock = answer->request->client->sock;
	int rc = nl_send_auto(sock, answer->request->msg);

	while (rc >= 0 && !answer->done)
		rc = nl_recvmsgs(sock, cb);
	return answer->done ? 0 : rc;
}

/* What the kernel said, or what is wrong with its answer. */
static int conclude(const struct answer *answer)
{
	struct pkvm_client *client = answer->request->client;
	const struct ack *ack = &answer->ack;

	if (ack->err == -EBADMSG || answer->err == -EBADMSG)
		return client_malformed(client);
	/* The module explains, the core does not: it knows no such family. */
	if (ack->err == -ENOENT && !ack->explained)
		return client_fail(client, -ENODEV, "the pkvm module has been unloaded");
	if (ack->err == -EPERM)
		return client_fail(client, -EPERM, "this needs root, or CAP_NET_ADMIN");
	if (ack->err)
		return client_fail(client, ack->err, "%s", ack->sentence);
	if (answer->err)
		return client_fail(client, answer->err, "%s", strerror(-answer->err));
	if (answer->torn)
		return client_fail(client, -EAGAIN, "what was to be read kept changing");
	strcpy(client->sentence, ack->sentence);
	return 0;
}

static int send_and_read(const struct request *request)
{
	struct answer answer = { .request = request };
	struct nl_cb *cb = make_callbacks(&answer);
	int rc;

	if (!cb)
		return client_fail(request->client, -ENOMEM, "out of memory");
	rc = exchange(&answer, cb);
	nl_cb_put(cb);
	if (rc)
		return client_fail(request->client, client_errno(rc),
				   "no answer from the pkvm module: %s", nl_geterror(rc));
	return conclude(&answer);
}

int request_run(struct request *request)
{
	int err = request->err;

	if (!err)
		err = send_and_read(request);
	nlmsg_free(request->msg);
	request->msg = NULL;
	return err;
}

int request_simple(struct pkvm_client *client, uint8_t cmd,
		   int (*read)(const struct nlattr *attrs, int len, void *arg), void *arg)
{
	struct request request = { .client = client, .cmd = cmd, .read = read, .arg = arg };

	request_begin(&request);
	return request_run(&request);
}

void *list_add(struct list *list)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		void *items = reallocarray(list->items, room, list->item_size);

		if (!items)
			return NULL;
		list->items = items;
		list->room = room;
	}
	return memset((char *)list->items + list->n++ * list->item_size, 0, list->item_size);
}

int request_dump(struct pkvm_client *client, uint8_t cmd,
		 int (*read)(const struct nlattr *attrs, int len, void *arg), struct list *list)
{
	struct request request = {
		.client = client, .cmd = cmd, .flags = NLM_F_DUMP, .read = read, .arg = list
	};
	int err = -EAGAIN, i;

	for (i = 0; i < DUMP_TRIES && err == -EAGAIN; i++) {
		list->n = 0;
		request_begin(&request);
		err = request_run(&request);
	}
	if (err) {
		free(list->items);
		*list = (struct list){ .item_size = list->item_size };
	}
	return err;
}
