// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is loaded, and how it ended if it did. */
#include "client.h"
#include "payload.h"

static int read_info(const struct nlattr *attrs, int len, void *arg)
{
	return payload_info(attrs, len, arg);
}

int pkvm_get_info(struct pkvm_client *client, struct pkvm_info *ret)
{
	struct pkvm_info info = {};
	int err = request_simple(client, PKVM_CMD_INFO_GET, read_info, &info);

	if (!err)
		*ret = info;
	return err;
}

static int read_crash(const struct nlattr *attrs, int len, void *arg)
{
	return payload_crash(attrs, len, arg);
}

int pkvm_get_crash(struct pkvm_client *client, struct pkvm_crash_record *ret)
{
	struct pkvm_crash_record crash = {};
	int err = request_simple(client, PKVM_CMD_CRASH_GET, read_crash, &crash);

	if (!err)
		*ret = crash;
	return err;
}
