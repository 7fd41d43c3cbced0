// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink sockets as pairs of UNIX ones. Requests are answered within sendmsg(), as the
 * kernel does it. The functions that libnl calls are replaced for the whole process, and
 * leave other sockets to the system calls. What the module answers is netlink_module.c's.
 */
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "netlink_module.h"

#define SOCKETS	16

static struct {
	int fd;			/* the process's; 0: free */
	int peer;		/* ours */
	uint32_t port;
	uint64_t groups;	/* bit per group */
	bool overrun;
} sockets[SOCKETS];

static int find(int fd)
{
	for (int i = 0; i < SOCKETS; i++) {
		if (fd && sockets[i].fd == fd)
			return i;
	}
	return -1;
}

unsigned int fake_netlink_sockets(void)
{
	unsigned int n = 0;

	for (int i = 0; i < SOCKETS; i++)
		n += sockets[i].fd != 0;
	return n;
}

static int open_pair(int type)
{
	int i = 0, pair[2];

	while (i < SOCKETS && sockets[i].fd)
		i++;
	if (i == SOCKETS) {
		errno = EMFILE;
		return -1;
	}
	if (syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | (type & SOCK_CLOEXEC), 0, pair))
		return -1;
	sockets[i] = (typeof(sockets[0])){ .fd = pair[0], .peer = pair[1] };
	return pair[0];
}

int socket(int domain, int type, int protocol)
{
	if (domain == AF_NETLINK)
		return open_pair(type);
	return syscall(SYS_socket, domain, type, protocol);
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	int i = find(fd);

	if (i < 0)
		return syscall(SYS_bind, fd, address, size);
	sockets[i].port = ((const struct sockaddr_nl *)address)->nl_pid;
	return 0;
}

int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	int i = find(fd);

	if (i < 0)
		return syscall(SYS_getsockname, fd, address, size);
	*(struct sockaddr_nl *)address = (struct sockaddr_nl){ .nl_family = AF_NETLINK,
							       .nl_pid = sockets[i].port };
	*size = sizeof(struct sockaddr_nl);
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	int i = find(fd), group;

	if (i < 0 || level == SOL_SOCKET)
		return syscall(SYS_setsockopt, fd, level, name, value, size);
	if (name == NETLINK_ADD_MEMBERSHIP) {
		memcpy(&group, value, sizeof(group));
		sockets[i].groups |= UINT64_C(1) << group;
	}
	return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	int i = find(fd);

	if (i < 0)
		return syscall(SYS_sendmsg, fd, message, flags);
	module_request(i, message->msg_iov->iov_base);
	return message->msg_iov->iov_len;
}

/* What the kernel says comes from port 0. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	int i = find(fd);
	ssize_t n;

	if (i >= 0 && sockets[i].overrun) {
		sockets[i].overrun = false;
		errno = ENOBUFS;
		return -1;
	}
	n = syscall(SYS_recvmsg, fd, message, flags);
	if (i >= 0 && message->msg_name) {
		*(struct sockaddr_nl *)message->msg_name =
			(struct sockaddr_nl){ .nl_family = AF_NETLINK };
		message->msg_namelen = sizeof(struct sockaddr_nl);
	}
	return n;
}

int close(int fd)
{
	int i = find(fd);

	if (i >= 0) {
		syscall(SYS_close, sockets[i].peer);
		sockets[i] = (typeof(sockets[0])){};
	}
	return syscall(SYS_close, fd);
}

static void deliver(int i, const void *message, size_t n)
{
	struct iovec iov = { (void *)message, n };
	const struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (syscall(SYS_sendmsg, sockets[i].peer, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		sockets[i].overrun = true;
}

void netlink_reply(int to, const struct nlmsghdr *message)
{
	deliver(to, message, message->nlmsg_len);
}

void netlink_broadcast(int group, const struct nlmsghdr *message)
{
	for (int i = 0; i < SOCKETS; i++) {
		if (sockets[i].fd && sockets[i].groups & UINT64_C(1) << group)
			deliver(i, message, message->nlmsg_len);
	}
}

/* A socket that is told so becomes readable by it. */
void fake_netlink_overrun(void)
{
	for (int i = 0; i < SOCKETS; i++) {
		if (sockets[i].groups & UINT64_C(1) << GROUP_EVENTS) {
			fake_netlink_garbage("", 0);
			sockets[i].overrun = true;
		}
	}
}
