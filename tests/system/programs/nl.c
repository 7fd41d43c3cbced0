// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic netlink without a library. */
#include "nl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_SIZE	512
/* More than the kernel puts into one piece of a dump (32 KiB). */
#define ANSWER_SIZE	(64 << 10)

int nl_open(void)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	const int on = 1;
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	for (size_t i = 0; sock >= 0 && i < sizeof(options) / sizeof(options[0]); i++) {
		if (setsockopt(sock, SOL_NETLINK, options[i], &on, sizeof(on))) {
			int err = -errno;

			close(sock);
			return err;
		}
	}
	return sock < 0 ? -errno : sock;
}

static size_t put_attr(char *at, const struct nl_attr *attr)
{
	const struct nlattr header = { .nla_len = NLA_HDRLEN + attr->len, .nla_type = attr->type };

	memcpy(at, &header, sizeof(header));
	memcpy(at + NLA_HDRLEN, &attr->value, attr->len);
	return NLA_ALIGN(header.nla_len);
}

static size_t build(const struct nl_request *request, char *buf)
{
	struct nlmsghdr *msg = (struct nlmsghdr *)buf;
	struct genlmsghdr *genl = (struct genlmsghdr *)(buf + NLMSG_HDRLEN);
	size_t len = NLMSG_HDRLEN + GENL_HDRLEN;

	memset(buf, 0, REQUEST_SIZE);
	for (size_t i = 0; i < NL_MAX_ATTRS && request->attrs[i].type; i++)
		len += put_attr(buf + len, &request->attrs[i]);
	msg->nlmsg_len = len + request->trailing;
	msg->nlmsg_type = request->family;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | request->flags;
	genl->cmd = request->cmd;
	genl->version = 1;
	return msg->nlmsg_len;
}

const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

size_t nl_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

uint64_t nl_number(const struct nlattr *attr)
{
	uint64_t value = 0;

	memcpy(&value, nl_data(attr), nl_len(attr) < sizeof(value) ? nl_len(attr) : sizeof(value));
	return value;
}

const struct nlattr *nl_find(const struct nlattr *attrs, size_t len, unsigned int type)
{
	const char *at = (const char *)attrs, *end = at + len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		at += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

/* Which attribute of the request begins offset bytes from its start. */
static unsigned int type_at(const char *request, uint64_t offset)
{
	const struct nlattr *attr = (const struct nlattr *)(request + offset);

	return offset + NLA_HDRLEN <= REQUEST_SIZE ? attr->nla_type & NLA_TYPE_MASK : 0;
}

/* NLMSG_ERROR has the request's header behind the errno (NETLINK_CAP_ACK: no more of it). */
static void read_ack(const struct nlmsghdr *msg, const char *request, struct nl_answer *ret)
{
	size_t used = NLMSG_HDRLEN;
	const struct nlattr *attrs, *attr;
	size_t len;

	used += msg->nlmsg_type == NLMSG_DONE ? sizeof(int) : sizeof(struct nlmsgerr);
	memcpy(&ret->err, NLMSG_DATA(msg), sizeof(ret->err));
	if (!(msg->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	attrs = (const struct nlattr *)((const char *)msg + used);
	len = msg->nlmsg_len - used;
	attr = nl_find(attrs, len, NLMSGERR_ATTR_MSG);
	if (attr)
		strncpy(ret->sentence, nl_data(attr), sizeof(ret->sentence) - 1);
	attr = nl_find(attrs, len, NLMSGERR_ATTR_OFFS);
	if (attr)
		ret->culprit = type_at(request, nl_number(attr));
	attr = nl_find(attrs, len, NLMSGERR_ATTR_MISS_TYPE);
	if (attr)
		ret->culprit = nl_number(attr);
}

/* Returns 1 at the acknowledgement. */
static int read_message(const struct nlmsghdr *msg, const char *request, nl_read_fn read, void *arg,
			struct nl_answer *ret)
{
	const size_t header = NLMSG_HDRLEN + GENL_HDRLEN;

	ret->torn |= msg->nlmsg_flags & NLM_F_DUMP_INTR;
	if (msg->nlmsg_type == NLMSG_ERROR || msg->nlmsg_type == NLMSG_DONE) {
		read_ack(msg, request, ret);
		return 1;
	}
	ret->messages++;
	return read ? read((const struct nlattr *)((const char *)msg + header),
			   msg->nlmsg_len - header, arg) : 0;
}

int nl_ask(int sock, const struct nl_request *request, nl_read_fn read, void *arg,
	   struct nl_answer *ret)
{
	char question[REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	char buf[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	size_t len = build(request, question);
	int done = 0;

	memset(ret, 0, sizeof(*ret));
	if (send(sock, question, len, 0) != (ssize_t)len)
		return -errno;
	while (!done) {
		ssize_t n = recv(sock, buf, sizeof(buf), 0);
		struct nlmsghdr *msg = (struct nlmsghdr *)buf;

		if (n < 0)
			return -errno;
		for (; !done && NLMSG_OK(msg, n); msg = NLMSG_NEXT(msg, n))
			done = read_message(msg, question, read, arg, ret);
	}
	return done == 1 ? 0 : done;
}

/* CTRL_CMD_GETFAMILY takes the family's name, longer than what an nl_attr holds: all are dumped. */
struct search {
	const char *family;
	const char *group;	/* NULL: the family is looked for */
	int found;
};

static int find_group(const struct nlattr *groups, const char *name)
{
	const char *at = nl_data(groups), *end = at + nl_len(groups);

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(((const struct nlattr *)at)->nla_len)) {
		const struct nlattr *group = (const struct nlattr *)at;
		const struct nlattr *text = nl_find(nl_data(group), nl_len(group),
						    CTRL_ATTR_MCAST_GRP_NAME);
		const struct nlattr *id = nl_find(nl_data(group), nl_len(group),
						  CTRL_ATTR_MCAST_GRP_ID);

		if (text && id && !strcmp(nl_data(text), name))
			return nl_number(id);
	}
	return -ENOENT;
}

static int read_family(const struct nlattr *attrs, size_t len, void *arg)
{
	struct search *search = arg;
	const struct nlattr *name = nl_find(attrs, len, CTRL_ATTR_FAMILY_NAME);
	const struct nlattr *id = nl_find(attrs, len, CTRL_ATTR_FAMILY_ID);
	const struct nlattr *groups = nl_find(attrs, len, CTRL_ATTR_MCAST_GROUPS);

	if (!name || strcmp(nl_data(name), search->family))
		return 0;
	if (!search->group)
		search->found = id ? (int)nl_number(id) : -ENOENT;
	else if (groups)
		search->found = find_group(groups, search->group);
	return 0;
}

static int look_for(int sock, struct search *search)
{
	const struct nl_request request = {
		.family = GENL_ID_CTRL,
		.flags = NLM_F_DUMP,
		.cmd = CTRL_CMD_GETFAMILY,
	};
	struct nl_answer answer;
	int err = nl_ask(sock, &request, read_family, search, &answer);

	if (err)
		return err;
	return answer.err ? answer.err : search->found;
}

int nl_family(int sock, const char *name)
{
	struct search search = { .family = name, .found = -ENOENT };

	return look_for(sock, &search);
}

int nl_group(int sock, const char *family, const char *name)
{
	struct search search = { .family = family, .group = name, .found = -ENOENT };

	return look_for(sock, &search);
}
