// SPDX-License-Identifier: LGPL-2.1-or-later
/* Notifications, on a socket of their own. */
#include <errno.h>
#include <stdlib.h>

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "client.h"
#include "payload.h"

/* A burst of events that the reader may be late for. */
#define RECEIVE_BUFFER	(1 << 20)

struct pkvm_monitor {
	struct pkvm_client *client;
	struct nl_sock *sock;
	int family;			/* 0: not connected */
	unsigned int groups;
};

static int join(struct pkvm_monitor *monitor, const char *family, const char *group)
{
	struct pkvm_client *client = monitor->client;
	int id = genl_ctrl_resolve_grp(client->sock, family, group);
	int err = id < 0 ? id : nl_socket_add_membership(monitor->sock, id);

	if (!err)
		return 0;
	if (err == -NLE_PERM || err == -NLE_NOACCESS)
		return client_fail(client, -EPERM, "group \"%s\" needs root, or CAP_NET_ADMIN",
				   group);
	return client_fail(client, client_errno(err), "cannot join group \"%s\" of \"%s\": %s",
			   group, family, nl_geterror(err));
}

static int open_socket(struct pkvm_monitor *monitor)
{
	int err;

	monitor->sock = nl_socket_alloc();
	if (!monitor->sock)
		return client_fail(monitor->client, -ENOMEM, "out of memory");
	err = genl_connect(monitor->sock);
	if (!err)
		err = nl_socket_set_nonblocking(monitor->sock);
	if (!err)
		err = nl_socket_set_buffer_size(monitor->sock, RECEIVE_BUFFER, 0);
	if (err)
		return client_fail(monitor->client, client_errno(err),
				   "cannot open a netlink socket: %s", nl_geterror(err));
	nl_socket_enable_msg_peek(monitor->sock);
	return 0;
}

/* The family's groups, and the one that tells when a family goes. */
static int subscribe(struct pkvm_monitor *monitor, unsigned int groups)
{
	int err = join(monitor, "nlctrl", "notify");

	if (!err && groups & PKVM_MONITOR_EVENTS)
		err = join(monitor, PKVM_FAMILY_NAME, PKVM_MCGRP_EVENTS);
	if (!err && groups & PKVM_MONITOR_ADMIN)
		err = join(monitor, PKVM_FAMILY_NAME, PKVM_MCGRP_ADMIN);
	return err;
}

int pkvm_monitor_open(struct pkvm_client *client, unsigned int groups, struct pkvm_monitor **ret)
{
	struct pkvm_monitor *monitor;
	int err;

	client_reset(client);
	if (groups & ~PKVM_MONITOR_MODULE && !client->family)
		return client_fail(client, -ENOTCONN, "not connected to the pkvm module");
	err = client_open(client);
	if (err)
		return err;
	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return client_fail(client, -ENOMEM, "out of memory");
	monitor->client = client;
	monitor->family = client->family;
	monitor->groups = groups;
	err = open_socket(monitor);
	if (!err)
		err = subscribe(monitor, groups);
	if (err) {
		pkvm_monitor_free(monitor);
		return err;
	}
	*ret = monitor;
	return 0;
}

void pkvm_monitor_free(struct pkvm_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->sock)
		nl_socket_free(monitor->sock);
	free(monitor);
}

int pkvm_monitor_fd(const struct pkvm_monitor *monitor)
{
	return nl_socket_get_fd(monitor->sock);
}

/* Whether the controller tells of @cmd, and of which family: by id or by name. */
static const struct nlattr *find_family(const struct nlmsghdr *message, uint8_t cmd, int attr)
{
	const struct genlmsghdr *genl = nlmsg_data(message);

	if (message->nlmsg_type != GENL_ID_CTRL ||
	    !genlmsg_valid_hdr((struct nlmsghdr *)message, 0) || genl->cmd != cmd)
		return NULL;
	return nla_find(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), attr);
}

static bool is_our_end(const struct pkvm_monitor *monitor, const struct nlmsghdr *message)
{
	const struct nlattr *id = find_family(message, CTRL_CMD_DELFAMILY, CTRL_ATTR_FAMILY_ID);

	return monitor->family && id && nla_len(id) == sizeof(uint16_t) &&
	       nla_get_u16(id) == monitor->family;
}

/* Of whichever module: one that speaks another version comes and goes, too. */
static bool is_news(const struct pkvm_monitor *monitor, const struct nlmsghdr *message,
		    uint8_t cmd)
{
	const struct nlattr *name = find_family(message, cmd, CTRL_ATTR_FAMILY_NAME);

	return monitor->groups & PKVM_MONITOR_MODULE && name &&
	       !nla_strcmp(name, PKVM_FAMILY_NAME);
}

/* Returns 1 for an event, 0 for a message that says nothing to us, or a negative errno. */
static int read_message(struct pkvm_monitor *monitor, const struct nlmsghdr *message,
			struct pkvm_event *ret)
{
	int err;

	if (is_our_end(monitor, message))
		return client_fail(monitor->client, -ENODEV, "the pkvm module has been unloaded");
	if (is_news(monitor, message, CTRL_CMD_NEWFAMILY)) {
		*ret = (struct pkvm_event){ .type = PKVM_EVENT_LOADED };
		return 1;
	}
	if (is_news(monitor, message, CTRL_CMD_DELFAMILY)) {
		*ret = (struct pkvm_event){ .type = PKVM_EVENT_UNLOADED };
		return 1;
	}
	if (!monitor->family || message->nlmsg_type != monitor->family)
		return 0;
	err = payload_event(message, ret);
	if (err == -ENOMSG)
		return 0;
	return err ? client_malformed(monitor->client) : 1;
}

/* One datagram, which has one message. Returns as read_message(), or -EAGAIN when there is none. */
static int receive(struct pkvm_monitor *monitor, struct pkvm_event *ret)
{
	struct sockaddr_nl from = {};
	unsigned char *buffer = NULL;
	int size = nl_recv(monitor->sock, &from, &buffer, NULL);
	int err = 0;

	if (size == 0 || size == -NLE_AGAIN)
		return -EAGAIN;
	if (size == -NLE_NOMEM)
		return client_fail(monitor->client, -ENOBUFS, "notifications were lost");
	if (size < 0)
		return client_fail(monitor->client, client_errno(size),
				   "cannot receive notifications: %s", nl_geterror(size));
	/* Only the kernel, whose port is 0, speaks for the module. */
	if (!from.nl_pid && nlmsg_ok((struct nlmsghdr *)buffer, size))
		err = read_message(monitor, (struct nlmsghdr *)buffer, ret);
	free(buffer);
	return err;
}

int pkvm_monitor_next(struct pkvm_monitor *monitor, struct pkvm_event *ret)
{
	int found;

	client_reset(monitor->client);
	do {
		found = receive(monitor, ret);
	} while (!found);
	return found == -EAGAIN ? 0 : found;
}
