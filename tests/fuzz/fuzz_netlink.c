// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: the input is what came from a netlink socket, after a byte that says what
 * it is taken for: a notification, an answer of some kind, or an acknowledgement of a request
 * that is in the input, too. Nothing outside of it is read, and what is refused changes nothing.
 *
 * Half of the inputs are taken as they are. Of the others two bytes make an attribute, as a rule
 * of the next type: whole answers would hardly be guessed.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../../daemon/lib/ack.h"
#include "../../daemon/lib/payload.h"
#include "require.h"

/* Large enough for each of these. */
union payload {
	struct pkvm_info info;
	struct pkvm_stats stats;
	struct pkvm_page page;
	struct pkvm_page_stats page_stats;
	struct pkvm_region region;
	struct pkvm_check check;
	struct pkvm_selftest selftest;
	uint64_t pages;
	struct pkvm_shrinker shrinker;
	struct pkvm_vm vm;
	uint32_t handle;
	struct pkvm_crash_record crash;
	struct pkvm_event event;
	unsigned char bytes[1];
};

/* clang-format off */
#define DECODER(name, member)							\
	static int decode_##name(const struct nlattr *attrs, int len, union payload *ret) \
	{									\
		return payload_##name(attrs, len, &ret->member);		\
	}
/* clang-format on */

DECODER(info, info)
DECODER(stats, stats)
DECODER(page, page)
DECODER(page_stats, page_stats)
DECODER(region, region)
DECODER(check, check)
DECODER(selftest, selftest)
DECODER(pages, pages)
DECODER(shrinker, shrinker)
DECODER(vm, vm)
DECODER(vm_handle, handle)
DECODER(vm_destroyed, handle)
DECODER(crash, crash)

static int (*const decoders[])(const struct nlattr *attrs, int len, union payload *ret) = {
	decode_info, decode_stats, decode_page, decode_page_stats, decode_region, decode_check,
	decode_selftest, decode_pages, decode_shrinker, decode_vm, decode_vm_handle,
	decode_vm_destroyed, decode_crash,
};

#define N_DECODERS	(sizeof(decoders) / sizeof(decoders[0]))

static void untouched(const union payload *payload)
{
	const unsigned char *bytes = payload->bytes;

	for (size_t i = 0; i < sizeof(*payload); i++)
		REQUIRE(bytes[i] == 0xa5);
}

static void settle(int err, const union payload *payload)
{
	REQUIRE(!err || err == -EBADMSG || err == -ENOMSG);
	if (err)
		untouched(payload);
}

/* Memory of its own, so that what lies behind it is out of bounds. */
static void *copy(const uint8_t *data, size_t size)
{
	void *bytes = malloc(size ? size : 1);

	REQUIRE(bytes);
	memcpy(bytes, data, size);
	return bytes;
}

static void decode_attrs(size_t which, const uint8_t *data, size_t size)
{
	struct nlattr *attrs = copy(data, size);
	union payload payload;

	memset(&payload, 0xa5, sizeof(payload));
	settle(decoders[which](attrs, size, &payload), &payload);
	free(attrs);
}

/* Returns how many bytes of attributes, at most @room; these are @out's. */
static size_t build_attrs(const uint8_t *data, size_t size, unsigned char *out, size_t room)
{
	size_t used = 0;
	int type = 1;

	for (size_t i = 0; i + 1 < size; i += 2) {
		size_t width = 1 << (data[i] >> 5 & 3);
		const struct nlattr head = {
			.nla_len = NLA_HDRLEN + width,
			.nla_type = data[i] & 0x80 ? data[i] & 0x1f : type++,
		};

		if (used + NLA_HDRLEN + 8 > room)
			break;
		memcpy(out + used, &head, sizeof(head));
		memset(out + used + NLA_HDRLEN, 0, 8);
		out[used + NLA_HDRLEN] = data[i + 1];
		used += NLA_ALIGN(head.nla_len);
	}
	return used;
}

/* A whole message, with the length that the socket said it had. */
static struct nlmsghdr *copy_message(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message;

	if (size < NLMSG_HDRLEN)
		return NULL;
	message = copy(data, size);
	message->nlmsg_len = size;
	return message;
}

static void decode_event(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = copy_message(data, size);
	union payload payload;

	if (!message)
		return;
	memset(&payload, 0xa5, sizeof(payload));
	settle(payload_event(message, &payload.event), &payload);
	free(message);
}

/* The request is whole: it is ours. */
static struct nl_msg *make_request(const uint8_t *data, size_t size)
{
	const struct genlmsghdr genl = { .cmd = 1 };
	struct nl_msg *msg = nlmsg_alloc();
	uint64_t value = 0;

	REQUIRE(msg && nlmsg_put(msg, 0, 0, 30, 0, 0));
	nlmsg_append(msg, (void *)&genl, sizeof(genl), NLMSG_ALIGNTO);
	memcpy(&value, data, size < sizeof(value) ? size : sizeof(value));
	nla_put_u64(msg, size % 5, value);
	return msg;
}

static void decode_ack(const uint8_t *data, size_t size)
{
	static const char *const names[] = { NULL, "pages", "vcpus" };
	struct nlmsghdr *reply = copy_message(data, size);
	struct nl_msg *request;
	struct ack ack;
	int err;

	if (!reply)
		return;
	if (reply->nlmsg_type != NLMSG_DONE)
		reply->nlmsg_type = NLMSG_ERROR;
	request = make_request(data, size);
	err = ack_parse(reply, nlmsg_hdr(request), names, 3, &ack);
	REQUIRE(!err || err == -EBADMSG);
	if (!err)
		REQUIRE(ack.err <= 0 && memchr(ack.sentence, '\0', sizeof(ack.sentence)));
	nlmsg_free(request);
	free(reply);
}

static void decode(size_t kind, const uint8_t *data, size_t size)
{
	if (kind < N_DECODERS)
		decode_attrs(kind, data, size);
	else if (kind == N_DECODERS)
		decode_event(data, size);
	else
		decode_ack(data, size);
}

/* Headers of messages are the input's own in either case. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char built[2048];
	size_t kind, head = 0;

	if (!size)
		return 0;
	kind = data[0] / 2 % (N_DECODERS + 2);
	if (kind >= N_DECODERS)
		head = NLMSG_HDRLEN + GENL_HDRLEN;
	if (data[0] % 2 || size < 1 + head) {
		decode(kind, data + 1, size - 1);
		return 0;
	}
	memcpy(built, data + 1, head);
	data += 1 + head;
	size -= 1 + head;
	decode(kind, built, head + build_attrs(data, size, built + head, sizeof(built) - head));
	return 0;
}
