// SPDX-License-Identifier: LGPL-2.1-or-later
/* Who owns what: one page, and the figures about all. */
#include "client.h"
#include "payload.h"

static const char *const page_names[] = {
	[PKVM_A_PAGE_PFN] = "pfn",
};

static int read_page(const struct nlattr *attrs, int len, void *arg)
{
	return payload_page(attrs, len, arg);
}

int pkvm_get_page(struct pkvm_client *client, uint64_t pfn, struct pkvm_page *ret)
{
	struct pkvm_page page = {};
	struct request request = {
		.client = client, .cmd = PKVM_CMD_PAGE_GET, REQUEST_NAMES(page_names),
		.read = read_page, .arg = &page
	};
	int err;

	request_begin(&request);
	request_put_u64(&request, PKVM_A_PAGE_PFN, pfn);
	err = request_run(&request);
	if (!err)
		*ret = page;
	return err;
}

static int read_page_stats(const struct nlattr *attrs, int len, void *arg)
{
	return payload_page_stats(attrs, len, arg);
}

int pkvm_get_page_stats(struct pkvm_client *client, struct pkvm_page_stats *ret)
{
	struct pkvm_page_stats stats = {};
	int err = request_simple(client, PKVM_CMD_PAGE_STATS_GET, read_page_stats, &stats);

	if (!err)
		*ret = stats;
	return err;
}
