// SPDX-License-Identifier: LGPL-2.1-or-later
/* Looking at the heap: statistics, map, check, self-test. */
#include <errno.h>

#include "client.h"
#include "payload.h"

static int read_stats(const struct nlattr *attrs, int len, void *arg)
{
	return payload_stats(attrs, len, arg);
}

int pkvm_get_stats(struct pkvm_client *client, struct pkvm_stats *ret)
{
	struct pkvm_stats stats = {};
	int err = request_simple(client, PKVM_CMD_HEAP_STATS_GET, read_stats, &stats);

	if (!err)
		*ret = stats;
	return err;
}

static int read_region(const struct nlattr *attrs, int len, void *arg)
{
	struct pkvm_region *region = list_add(arg);

	return region ? payload_region(attrs, len, region) : -ENOMEM;
}

int pkvm_get_heap_map(struct pkvm_client *client, struct pkvm_region **ret, size_t *ret_n)
{
	struct list list = { .item_size = sizeof(**ret) };
	int err = request_dump(client, PKVM_CMD_HEAP_MAP, read_region, &list);

	if (err)
		return err;
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

static int read_check(const struct nlattr *attrs, int len, void *arg)
{
	return payload_check(attrs, len, arg);
}

int pkvm_check_heap(struct pkvm_client *client, struct pkvm_check *ret)
{
	struct pkvm_check check = {};
	int err = request_simple(client, PKVM_CMD_HEAP_CHECK, read_check, &check);

	if (!err)
		*ret = check;
	return err;
}

static int read_selftest(const struct nlattr *attrs, int len, void *arg)
{
	return payload_selftest(attrs, len, arg);
}

int pkvm_run_selftest(struct pkvm_client *client, struct pkvm_selftest *ret)
{
	struct pkvm_selftest test = {};
	int err = request_simple(client, PKVM_CMD_SELFTEST, read_selftest, &test);

	if (!err)
		*ret = test;
	return err;
}
