/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the two halves of the fake kernel: sockets and module. */
#ifndef FAKE_NETLINK_MODULE_H
#define FAKE_NETLINK_MODULE_H

struct nlmsghdr;

/* Of multicast groups. */
#define GROUP_CONTROLLER	16
#define GROUP_EVENTS		20
#define GROUP_ADMIN		21

/* Answers @request of socket @from. */
void module_request(int from, const struct nlmsghdr *request);

void netlink_reply(int to, const struct nlmsghdr *message);
void netlink_broadcast(int group, const struct nlmsghdr *message);

#endif
