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

int request_begin(struct pkvm_client *client, struct request *request, uint8_t cmd, int flags)
{
	*request = (struct request){};
	if (!client->family)
		return client_fail(client, -ENOTCONN, "not connected to the pkvm module");
	request->msg = nlmsg_alloc();
	if (!request->msg ||
	    !genlmsg_put(request->msg, NL_AUTO_PORT, NL_AUTO_SEQ, client->family, 0,
			 flags | NLM_F_ACK, cmd, PKVM_FAMILY_VERSION)) {
		request_drop(request);
		return client_fail(client, -ENOMEM, "out of memory");
	}
	return 0;
}

void request_drop(struct request *request)
{
	nlmsg_free(request->msg);
	request->msg = NULL;
}

static int put(struct pkvm_client *client, struct request *request, int attr, const void *data,
	       size_t size)
{
	if (!nla_put(request->msg, attr, size, data))
		return 0;
	return client_fail(client, -ENOMEM, "out of memory");
}

int request_put_u8(struct pkvm_client *client, struct request *request, int attr, uint8_t value)
{
	return put(client, request, attr, &value, sizeof(value));
}

int request_put_u32(struct pkvm_client *client, struct request *request, int attr, uint32_t value)
{
	return put(client, request, attr, &value, sizeof(value));
}

int request_put_u64(struct pkvm_client *client, struct request *request, int attr, uint64_t value)
{
	return put(client, request, attr, &value, sizeof(value));
}

int request_put_flag(struct pkvm_client *client, struct request *request, int attr)
{
	return put(client, request, attr, NULL, 0);
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
static int exchange(struct pkvm_client *client, struct answer *answer, struct nl_cb *cb)
{
	int rc = nl_send_auto(client->sock, answer->request->msg);

	while (rc >= 0 && !answer->done)
		rc = nl_recvmsgs(client->sock, cb);
	return answer->done ? 0 : rc;
}

/* What the kernel said, or what is wrong with its answer. */
static int conclude(struct pkvm_client *client, const struct answer *answer)
{
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

int request_run(struct pkvm_client *client, struct request *request)
{
	struct answer answer = { .request = request };
	struct nl_cb *cb = make_callbacks(&answer);
	int err;

	if (!cb) {
		request_drop(request);
		return client_fail(client, -ENOMEM, "out of memory");
	}
	err = exchange(client, &answer, cb);
	nl_cb_put(cb);
	if (err)
		err = client_fail(client, client_errno(err), "no answer from the pkvm module: %s",
				  nl_geterror(err));
	else
		err = conclude(client, &answer);
	request_drop(request);
	return err;
}

int request_simple(struct pkvm_client *client, uint8_t cmd,
		   int (*read)(const struct nlattr *attrs, int len, void *arg), void *arg)
{
	struct request request;
	int err = request_begin(client, &request, cmd, 0);

	if (err)
		return err;
	request.read = read;
	request.arg = arg;
	return request_run(client, &request);
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

static int dump_once(struct pkvm_client *client, uint8_t cmd,
		     int (*read)(const struct nlattr *attrs, int len, void *arg), struct list *list)
{
	struct request request;
	int err = request_begin(client, &request, cmd, NLM_F_DUMP);

	if (err)
		return err;
	request.read = read;
	request.arg = list;
	list->n = 0;
	return request_run(client, &request);
}

int request_dump(struct pkvm_client *client, uint8_t cmd,
		 int (*read)(const struct nlattr *attrs, int len, void *arg), struct list *list)
{
	int err = -EAGAIN, i;

	for (i = 0; i < DUMP_TRIES && err == -EAGAIN; i++) {
		client_reset(client);
		err = dump_once(client, cmd, read, list);
	}
	if (err) {
		free(list->items);
		*list = (struct list){ .item_size = list->item_size };
	}
	return err;
}
