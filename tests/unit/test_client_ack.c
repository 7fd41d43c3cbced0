// SPDX-License-Identifier: GPL-2.0-or-later
/* The client library's reading of acknowledgements, of messages built as the kernel builds them. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "ack.h"
#include "suite.h"

#define FAMILY	0x1d
#define SIZE	1
#define FLAVOUR	3
#define WEIGHT	4

static const char *const names[] = { [SIZE] = "size", [FLAVOUR] = "flavour", [WEIGHT] = "weight" };
#define N_NAMES	(sizeof(names) / sizeof(names[0]))

static struct nl_msg *request, *reply;

/* A request with size = 513 (u64) and flavour = 7 (u8). */
static void setup(void)
{
	static const struct genlmsghdr genl = { .cmd = 1, .version = 1 };
	const uint64_t size = 513;

	request = nlmsg_alloc();
	nlmsg_put(request, 0, 0, FAMILY, 0, NLM_F_REQUEST);
	nlmsg_append(request, (void *)&genl, sizeof(genl), NLMSG_ALIGNTO);
	nla_put(request, SIZE, sizeof(size), &size);
	nla_put_u8(request, FLAVOUR, 7);
	reply = nlmsg_alloc();
}

static void teardown(void)
{
	nlmsg_free(request);
	nlmsg_free(reply);
}

static const struct nlmsghdr *request_hdr(void)
{
	return nlmsg_hdr(request);
}

static uint32_t offset_of(int type)
{
	struct nlattr *attr = nlmsg_find_attr(nlmsg_hdr(request), GENL_HDRLEN, type);

	ck_assert_ptr_nonnull(attr);
	return (char *)attr - (char *)nlmsg_hdr(request);
}

/* The fixed part of NLMSG_ERROR, whose request is left out (NLM_F_CAPPED). */
static void begin_error(int err, int flags)
{
	struct nlmsgerr error = { .error = err, .msg = *request_hdr() };

	nlmsg_put(reply, 0, 0, NLMSG_ERROR, 0, flags);
	nlmsg_append(reply, &error, sizeof(error), NLMSG_ALIGNTO);
}

static void put_range(uint64_t min, uint64_t max)
{
	struct nlattr *policy = nla_nest_start(reply, NLMSGERR_ATTR_POLICY);

	nla_put_u64(reply, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, min);
	nla_put_u64(reply, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, max);
	nla_nest_end(reply, policy);
}

static struct ack parse(void)
{
	struct ack ack;

	ck_assert_int_eq(ack_parse(nlmsg_hdr(reply), request_hdr(), names, N_NAMES, &ack), 0);
	return ack;
}

/* Malformed: told, and nothing written. */
static void assert_malformed(void)
{
	struct ack ack = { .err = 1234 };

	ck_assert_int_eq(ack_parse(nlmsg_hdr(reply), request_hdr(), names, N_NAMES, &ack),
			 -EBADMSG);
	ck_assert_int_eq(ack.err, 1234);
}

START_TEST(plain_success)
{
	struct ack ack;

	begin_error(0, NLM_F_CAPPED);
	ack = parse();
	ck_assert_int_eq(ack.err, 0);
	ck_assert_str_eq(ack.sentence, "");
	ck_assert(!ack.explained);
}
END_TEST

START_TEST(success_with_a_remark)
{
	struct ack ack;

	begin_error(0, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "only half of it");
	ack = parse();
	ck_assert_int_eq(ack.err, 0);
	ck_assert_str_eq(ack.sentence, "only half of it");
	ck_assert(ack.explained);
}
END_TEST

START_TEST(error_without_a_sentence)
{
	struct ack ack;

	begin_error(-ENOENT, NLM_F_CAPPED);
	ack = parse();
	ck_assert_int_eq(ack.err, -ENOENT);
	ck_assert_str_eq(ack.sentence, strerror(ENOENT));
	ck_assert(!ack.explained);
}
END_TEST

START_TEST(value_and_limits)
{
	begin_error(-ERANGE, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "integer out of range");
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offset_of(SIZE));
	put_range(1, 512);
	ck_assert_str_eq(parse().sentence, "size 513: integer out of range (1 to 512)");
}
END_TEST

START_TEST(limits_only_where_they_matter)
{
	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "invalid attribute length");
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offset_of(FLAVOUR));
	put_range(1, 512);
	ck_assert_str_eq(parse().sentence, "flavour 7: invalid attribute length");
}
END_TEST

/* Half of a range would be misunderstood. */
START_TEST(one_limit_is_none)
{
	struct nlattr *policy;

	begin_error(-ERANGE, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "integer out of range");
	policy = nla_nest_start(reply, NLMSGERR_ATTR_POLICY);
	nla_put_u64(reply,
		    _i ? NL_POLICY_TYPE_ATTR_MIN_VALUE_U : NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 512);
	nla_nest_end(reply, policy);
	ck_assert_str_eq(parse().sentence, "integer out of range");
}
END_TEST

static const struct {
	int bytes;
	uint64_t value;
	const char *sentence;
} widths[] = {
	{ 1, 200, "weight 200: no" },
	{ 2, 60000, "weight 60000: no" },
	{ 3, 60000, "weight: no" },
	{ 4, 4000000000, "weight 4000000000: no" },
	{ 8, 10000000000, "weight 10000000000: no" },
};

START_TEST(value_of_any_width)
{
	nla_put(request, WEIGHT, widths[_i].bytes, &widths[_i].value);
	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "no");
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offset_of(WEIGHT));
	ck_assert_str_eq(parse().sentence, widths[_i].sentence);
}
END_TEST

START_TEST(attribute_without_a_name)
{
	struct ack ack;

	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "no");
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offset_of(FLAVOUR));
	ck_assert_int_eq(ack_parse(nlmsg_hdr(reply), request_hdr(), names, FLAVOUR, &ack), 0);
	ck_assert_str_eq(ack.sentence, "attribute 3 7: no");
	ck_assert_int_eq(ack_parse(nlmsg_hdr(reply), request_hdr(), NULL, 0, &ack), 0);
	ck_assert_str_eq(ack.sentence, "attribute 3 7: no");
}
END_TEST

START_TEST(missing_attribute)
{
	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_u32(reply, NLMSGERR_ATTR_MISS_TYPE, FLAVOUR);
	ck_assert_str_eq(parse().sentence, "flavour is missing");
}
END_TEST

/* Without NLM_F_CAPPED the whole request comes before the attributes. */
START_TEST(request_comes_back)
{
	struct nlmsgerr error = { .error = -EINVAL, .msg = *request_hdr() };

	nlmsg_put(reply, 0, 0, NLMSG_ERROR, 0, NLM_F_ACK_TLVS);
	nlmsg_append(reply, &error, sizeof(error), NLMSG_ALIGNTO);
	nlmsg_append(reply, nlmsg_data(request_hdr()), nlmsg_datalen(request_hdr()),
		     NLMSG_ALIGNTO);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "behind it");
	ck_assert_str_eq(parse().sentence, "behind it");
}
END_TEST

START_TEST(end_of_a_dump)
{
	const int err = -EIO;
	struct ack ack;

	nlmsg_put(reply, 0, 0, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(reply, (void *)&err, sizeof(err), NLMSG_ALIGNTO);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "EL2 is dead");
	ack = parse();
	ck_assert_int_eq(ack.err, -EIO);
	ck_assert_str_eq(ack.sentence, "EL2 is dead");
}
END_TEST

/* What is said to be in the request and is not there is left out. */
START_TEST(foreign_offsets)
{
	const uint32_t offsets[] = { 0, 3, offset_of(SIZE) + 4, offset_of(FLAVOUR) + 8, 1 << 20,
				     UINT32_MAX };

	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, "no");
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offsets[_i]);
	ck_assert_str_eq(parse().sentence, "no");
}
END_TEST

START_TEST(sentence_too_long)
{
	char text[2 * ACK_SENTENCE_MAX];
	struct ack ack;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put_string(reply, NLMSGERR_ATTR_MSG, text);
	nla_put_u32(reply, NLMSGERR_ATTR_OFFS, offset_of(SIZE));
	ack = parse();
	ck_assert_uint_eq(strlen(ack.sentence), ACK_SENTENCE_MAX - 1);
	ck_assert_int_eq(strncmp(ack.sentence, "size 513: xxx", 13), 0);
}
END_TEST

/* A sentence need not end in a zero byte. */
START_TEST(sentence_without_end)
{
	begin_error(-EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	nla_put(reply, NLMSGERR_ATTR_MSG, 4, "open");
	ck_assert_str_eq(parse().sentence, "open");
}
END_TEST

START_TEST(too_short)
{
	begin_error(-EINVAL, NLM_F_CAPPED);
	nlmsg_hdr(reply)->nlmsg_len = NLMSG_HDRLEN + _i;
	assert_malformed();
}
END_TEST

START_TEST(done_too_short)
{
	nlmsg_put(reply, 0, 0, NLMSG_DONE, 0, NLM_F_MULTI);
	assert_malformed();
}
END_TEST

/* A request that the reply claims to hold, longer than the reply. */
START_TEST(request_too_long)
{
	struct nlmsgerr error = { .error = -EINVAL, .msg = *request_hdr() };

	error.msg.nlmsg_len = UINT32_MAX - _i;
	nlmsg_put(reply, 0, 0, NLMSG_ERROR, 0, NLM_F_ACK_TLVS);
	nlmsg_append(reply, &error, sizeof(error), NLMSG_ALIGNTO);
	assert_malformed();
}
END_TEST

START_TEST(positive_errno)
{
	begin_error(EINVAL, NLM_F_CAPPED);
	assert_malformed();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("client_ack");
	TCase *tcase = tcase_create("ack");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, plain_success);
	tcase_add_test(tcase, success_with_a_remark);
	tcase_add_test(tcase, error_without_a_sentence);
	tcase_add_test(tcase, value_and_limits);
	tcase_add_test(tcase, limits_only_where_they_matter);
	tcase_add_loop_test(tcase, one_limit_is_none, 0, 2);
	tcase_add_loop_test(tcase, value_of_any_width, 0, sizeof(widths) / sizeof(widths[0]));
	tcase_add_test(tcase, attribute_without_a_name);
	tcase_add_test(tcase, missing_attribute);
	tcase_add_test(tcase, request_comes_back);
	tcase_add_test(tcase, end_of_a_dump);
	tcase_add_loop_test(tcase, foreign_offsets, 0, 6);
	tcase_add_test(tcase, sentence_too_long);
	tcase_add_test(tcase, sentence_without_end);
	tcase_add_loop_test(tcase, too_short, 0, sizeof(struct nlmsgerr));
	tcase_add_test(tcase, done_too_short);
	tcase_add_loop_test(tcase, request_too_long, 0, 8);
	tcase_add_test(tcase, positive_errno);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
