// SPDX-License-Identifier: LGPL-2.1-or-later
/* Moving pages, and saying when memory pressure moves them. */
#include "client.h"
#include "payload.h"

static const char *const pages_names[] = {
	[PKVM_A_PAGES_PAGES] = "pages",
};

static int read_pages(const struct nlattr *attrs, int len, void *arg)
{
	return payload_pages(attrs, len, arg);
}

static int move_pages(struct pkvm_client *client, uint8_t cmd, uint64_t pages, uint64_t *ret_done)
{
	uint64_t done = 0;
	struct request request = {
		.client = client, .cmd = cmd, REQUEST_NAMES(pages_names),
		.read = read_pages, .arg = &done
	};
	int err;

	request_begin(&request);
	request_put_u64(&request, PKVM_A_PAGES_PAGES, pages);
	err = request_run(&request);
	if (!err)
		*ret_done = done;
	return err;
}

int pkvm_topup(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done)
{
	return move_pages(client, PKVM_CMD_TOPUP, pages, ret_done);
}

int pkvm_reclaim(struct pkvm_client *client, uint64_t pages, uint64_t *ret_done)
{
	return move_pages(client, PKVM_CMD_RECLAIM, pages, ret_done);
}

static int read_shrinker(const struct nlattr *attrs, int len, void *arg)
{
	return payload_shrinker(attrs, len, arg);
}

int pkvm_get_shrinker(struct pkvm_client *client, struct pkvm_shrinker *ret)
{
	struct pkvm_shrinker shrinker = {};
	int err = request_simple(client, PKVM_CMD_SHRINKER_GET, read_shrinker, &shrinker);

	if (!err)
		*ret = shrinker;
	return err;
}

static const char *const shrinker_names[] = {
	[PKVM_A_SHRINKER_ENABLED] = "enabled",
	[PKVM_A_SHRINKER_SEEKS] = "seeks",
	[PKVM_A_SHRINKER_BATCH] = "batch",
	[PKVM_A_SHRINKER_RESERVE] = "reserve",
};

int pkvm_set_shrinker(struct pkvm_client *client, const struct pkvm_shrinker *shrinker,
		      unsigned int which)
{
	struct request request = {
		.client = client, .cmd = PKVM_CMD_SHRINKER_SET, REQUEST_NAMES(shrinker_names)
	};

	request_begin(&request);
	if (which & PKVM_SHRINKER_ENABLED)
		request_put_u8(&request, PKVM_A_SHRINKER_ENABLED, shrinker->enabled);
	if (which & PKVM_SHRINKER_SEEKS)
		request_put_u32(&request, PKVM_A_SHRINKER_SEEKS, shrinker->seeks);
	if (which & PKVM_SHRINKER_BATCH)
		request_put_u32(&request, PKVM_A_SHRINKER_BATCH, shrinker->batch);
	if (which & PKVM_SHRINKER_RESERVE)
		request_put_u64(&request, PKVM_A_SHRINKER_RESERVE, shrinker->reserve);
	return request_run(&request);
}
