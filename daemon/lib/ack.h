/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's acknowledgement of a request, as a sentence. */
#ifndef LIBPKVM_ACK_H
#define LIBPKVM_ACK_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/netlink.h>

#define ACK_SENTENCE_MAX	256

struct ack {
	int err;				/* 0 or a negative errno */
	bool explained;				/* the kernel gave a sentence */
	char sentence[ACK_SENTENCE_MAX];	/* "" for a plain success */
};

/*
 * Reads @reply, a whole message of type NLMSG_ERROR or NLMSG_DONE that answers
 * @request. The kernel's sentence is kept as it is; the attribute that it is about
 * comes before it with its value, the limits behind it: "max-vcpus 513: integer out
 * of range (1 to 512)". @names, of @n_names entries, are what the attributes of the
 * request are called, by type; NULL is one without a name. What @reply claims about
 * the request is checked against it. Returns 0, or -EBADMSG for a malformed message.
 */
int ack_parse(const struct nlmsghdr *reply, const struct nlmsghdr *request,
	      const char *const *names, size_t n_names, struct ack *ret);

#endif
