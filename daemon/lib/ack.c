// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Acknowledgements. libnl knows nothing of the extended ones: their attributes are
 * taken apart here (enum nlmsgerr_attrs in linux/netlink.h).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "ack.h"

/* The kernel's MAX_ERRNO. */
#define ERRNO_MAX	4095

static void __attribute__((format(printf, 2, 3))) add(struct ack *ack, const char *format, ...)
{
	size_t used = strlen(ack->sentence);
	va_list args;

	va_start(args, format);
	vsnprintf(ack->sentence + used, sizeof(ack->sentence) - used, format, args);
	va_end(args);
}

/* Of integers of any width; false for what is none. */
static bool read_number(const struct nlattr *attr, uint64_t *ret)
{
	const void *data = nla_data(attr);
	uint16_t u16;
	uint32_t u32;

	switch (nla_len(attr)) {
	case 1:
		*ret = *(const uint8_t *)data;
		return true;
	case 2:
		memcpy(&u16, data, sizeof(u16));
		*ret = u16;
		return true;
	case 4:
		memcpy(&u32, data, sizeof(u32));
		*ret = u32;
		return true;
	case 8:
		memcpy(ret, data, sizeof(*ret));
		return true;
	default:
		return false;
	}
}

/* The attribute of the request that begins @offset bytes from its start, or NULL. */
static const struct nlattr *attr_at(const struct nlmsghdr *request, uint32_t offset)
{
	const struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, (struct nlmsghdr *)request, GENL_HDRLEN, left) {
		if ((const char *)attr - (const char *)request == (ptrdiff_t)offset)
			return attr;
	}
	return NULL;
}

static void add_name(struct ack *ack, int type, const char *const *names, size_t n_names)
{
	if ((size_t)type < n_names && names[type])
		add(ack, "%s", names[type]);
	else
		add(ack, "attribute %d", type);
}

/* "name value: " */
static void add_culprit(struct ack *ack, const struct nlattr *attr, const char *const *names,
			size_t n_names)
{
	uint64_t value;

	add_name(ack, nla_type(attr), names, n_names);
	if (read_number(attr, &value))
		add(ack, " %" PRIu64, value);
	add(ack, ": ");
}

/* " (min to max)", of an attribute whose policy has unsigned limits. */
static void add_limits(struct ack *ack, const struct nlattr *policy)
{
	struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];
	uint64_t min, max;

	if (nla_parse_nested(tb, NL_POLICY_TYPE_ATTR_MAX, (struct nlattr *)policy, NULL) < 0 ||
	    !tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] || !tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U] ||
	    !read_number(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U], &min) ||
	    !read_number(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U], &max))
		return;
	add(ack, " (%" PRIu64 " to %" PRIu64 ")", min, max);
}

static bool read_u32(const struct nlattr *attr, uint32_t *ret)
{
	if (!attr || nla_len(attr) != sizeof(*ret))
		return false;
	memcpy(ret, nla_data(attr), sizeof(*ret));
	return true;
}

static void compose(struct ack *ack, struct nlattr *const *tb, const struct nlmsghdr *request,
		    const char *const *names, size_t n_names)
{
	const struct nlattr *text = tb[NLMSGERR_ATTR_MSG], *culprit = NULL;
	uint32_t offset, missing;

	if (read_u32(tb[NLMSGERR_ATTR_OFFS], &offset))
		culprit = attr_at(request, offset);
	if (culprit)
		add_culprit(ack, culprit, names, n_names);
	ack->explained = text && nla_len(text) > 0;
	if (ack->explained) {
		add(ack, "%.*s", nla_len(text), (const char *)nla_data(text));
	} else if (read_u32(tb[NLMSGERR_ATTR_MISS_TYPE], &missing)) {
		add_name(ack, missing, names, n_names);
		add(ack, " is missing");
	} else if (ack->err) {
		add(ack, "%s", strerror(-ack->err));
	}
	if (ack->err == -ERANGE && tb[NLMSGERR_ATTR_POLICY])
		add_limits(ack, tb[NLMSGERR_ATTR_POLICY]);
}

/*
 * Behind the header come the errno, and in NLMSG_ERROR the request's header, with its
 * payload unless NLM_F_CAPPED says that it was left out; then the attributes.
 */
static int find_attrs(const struct nlmsghdr *reply, size_t *ret)
{
	const struct nlmsgerr *error = nlmsg_data(reply);
	size_t size = nlmsg_datalen(reply), used;

	if (reply->nlmsg_type == NLMSG_DONE) {
		used = sizeof(int);
	} else {
		used = sizeof(*error);
		if (size < used)
			return -EBADMSG;
		if (!(reply->nlmsg_flags & NLM_F_CAPPED) && error->error &&
		    error->msg.nlmsg_len > NLMSG_HDRLEN)
			used += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
	}
	if (size < used)
		return -EBADMSG;
	*ret = used;
	return 0;
}

int ack_parse(const struct nlmsghdr *reply, const struct nlmsghdr *request,
	      const char *const *names, size_t n_names, struct ack *ret)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = {};
	struct ack ack = {};
	size_t used;

	if (find_attrs(reply, &used))
		return -EBADMSG;
	memcpy(&ack.err, nlmsg_data(reply), sizeof(ack.err));
	if (ack.err > 0 || ack.err < -ERRNO_MAX)
		return -EBADMSG;
	if (reply->nlmsg_flags & NLM_F_ACK_TLVS &&
	    nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)nlmsg_data(reply) + used),
		      nlmsg_datalen(reply) - used, NULL) < 0)
		return -EBADMSG;
	compose(&ack, tb, request, names, n_names);
	*ret = ack;
	return 0;
}
