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
	struct request request;
	uint64_t done = 0;
	int err;

	client_reset(client);
	err = request_begin(client, &request, cmd, 0);
	if (err)
		return err;
	request.names = pages_names;
	request.n_names = sizeof(pages_names) / sizeof(pages_names[0]);
	request.read = read_pages;
	request.arg = &done;
	err = request_put_u64(client, &request, PKVM_A_PAGES_PAGES, pages);
	if (err) {
		request_drop(&request);
		return err;
	}
	err = request_run(client, &request);
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
	int err;

	client_reset(client);
	err = request_simple(client, PKVM_CMD_SHRINKER_GET, read_shrinker, &shrinker);
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

static int put_knobs(struct pkvm_client *client, struct request *request,
		     const struct pkvm_shrinker *shrinker, unsigned int which)
{
	int err = 0;

	if (which & PKVM_SHRINKER_ENABLED)
		err = request_put_u8(client, request, PKVM_A_SHRINKER_ENABLED, shrinker->enabled);
	if (!err && which & PKVM_SHRINKER_SEEKS)
		err = request_put_u32(client, request, PKVM_A_SHRINKER_SEEKS, shrinker->seeks);
	if (!err && which & PKVM_SHRINKER_BATCH)
		err = request_put_u32(client, request, PKVM_A_SHRINKER_BATCH, shrinker->batch);
	if (!err && which & PKVM_SHRINKER_RESERVE)
		err = request_put_u64(client, request, PKVM_A_SHRINKER_RESERVE, shrinker->reserve);
	return err;
}

int pkvm_set_shrinker(struct pkvm_client *client, const struct pkvm_shrinker *shrinker,
		      unsigned int which)
{
	struct request request;
	int err;

	client_reset(client);
	err = request_begin(client, &request, PKVM_CMD_SHRINKER_SET, 0);
	if (err)
		return err;
	request.names = shrinker_names;
	request.n_names = sizeof(shrinker_names) / sizeof(shrinker_names[0]);
	err = put_knobs(client, &request, shrinker, which);
	if (err) {
		request_drop(&request);
		return err;
	}
	return request_run(client, &request);
}
