// SPDX-License-Identifier: LGPL-2.1-or-later
/* The connection: opening, closing, versions, and how a failure is told. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>

#include "client.h"

void client_reset(struct pkvm_client *client)
{
	client->failure = PKVM_FAILURE_NONE;
	client->sentence[0] = '\0';
}

/* The errnos that EL2's refusals have: netlink.c of the module. */
static enum pkvm_failure classify(int err)
{
	switch (err) {
	case -ENODEV:
		return PKVM_FAILURE_NO_MODULE;
	case -EPERM:
	case -EACCES:
		return PKVM_FAILURE_PERMISSION;
	case -EPROTONOSUPPORT:
		return PKVM_FAILURE_ABI;
	case -EIO:
	case -ENXIO:
	case -ENOSPC:
	case -EREMOTEIO:
		return PKVM_FAILURE_EL2;
	default:
		return PKVM_FAILURE_OTHER;
	}
}

int client_fail(struct pkvm_client *client, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(client->sentence, sizeof(client->sentence), format, args);
	va_end(args);
	client->failure = classify(err);
	return err;
}

int client_errno(int nlerr)
{
	switch (-nlerr) {
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		/* libnl's word for ENOBUFS, too: messages were lost. */
		return -ENOBUFS;
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_BAD_SOCK:
		return -EBADF;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return -EAFNOSUPPORT;
	default:
		return -EBADMSG;
	}
}

int client_malformed(struct pkvm_client *client)
{
	return client_fail(client, -EBADMSG, "the module's answer is malformed");
}

int pkvm_client_new(struct pkvm_client **ret)
{
	struct pkvm_client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	*ret = client;
	return 0;
}

static void client_close(struct pkvm_client *client)
{
	if (client->sock)
		nl_socket_free(client->sock);
	client->sock = NULL;
	client->family = 0;
}

void pkvm_client_free(struct pkvm_client *client)
{
	if (!client)
		return;
	client_close(client);
	free(client);
}

const char *pkvm_client_error(const struct pkvm_client *client)
{
	return client->sentence;
}

enum pkvm_failure pkvm_client_failure(const struct pkvm_client *client)
{
	return client->failure;
}

/*
 * libnl leaves these off. Without them the kernel's sentences are lost, and requests
 * come back whole.
 */
static int enable_extended_acks(struct nl_sock *sock)
{
	const int on = 1;
	int fd = nl_socket_get_fd(sock);

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		return -errno;
	return 0;
}

static int set_up(struct pkvm_client *client)
{
	int err = genl_connect(client->sock);

	if (err)
		return client_fail(client, client_errno(err), "cannot open a netlink socket: %s",
				   nl_geterror(err));
	err = enable_extended_acks(client->sock);
	if (err)
		return client_fail(client, err, "cannot set up the netlink socket: %s",
				   strerror(-err));
	/* Messages of any size, rather than of a page. */
	nl_socket_enable_msg_peek(client->sock);
	return 0;
}

int client_open(struct pkvm_client *client)
{
	int err;

	if (client->sock)
		return 0;
	client->sock = nl_socket_alloc();
	if (!client->sock)
		return client_fail(client, -ENOMEM, "out of memory");
	err = set_up(client);
	if (err)
		client_close(client);
	return err;
}

static int find_family(struct pkvm_client *client)
{
	int id = genl_ctrl_resolve(client->sock, PKVM_FAMILY_NAME);

	if (id == -NLE_OBJ_NOTFOUND)
		return client_fail(client, -ENODEV,
				   "the pkvm module is not loaded (no netlink family \"%s\")",
				   PKVM_FAMILY_NAME);
	if (id < 0)
		return client_fail(client, client_errno(id), "cannot look for the pkvm module: %s",
				   nl_geterror(id));
	client->family = id;
	return 0;
}

int pkvm_client_connect(struct pkvm_client *client)
{
	struct pkvm_info info;
	int err;

	client_reset(client);
	client_close(client);
	err = client_open(client);
	if (!err)
		err = find_family(client);
	if (!err)
		err = pkvm_get_info(client, &info);
	if (!err && info.netlink_abi != PKVM_NETLINK_ABI)
		err = client_fail(client, -EPROTONOSUPPORT,
				  "the module (%s) speaks netlink ABI %u, this program %d: install both from the same version",
				  info.module_version, info.netlink_abi, PKVM_NETLINK_ABI);
	if (err)
		client->family = 0;
	return err;
}
