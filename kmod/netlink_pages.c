// SPDX-License-Identifier: GPL-2.0-only
/* Operations that move pages or say when they move: topup, reclaim, shrinker-get and -set. */
#include <linux/mutex.h>

#include "netlink_gen.h"
#include "netlink_msg.h"
#include "reclaim.h"
#include "shrinker.h"
#include "topup.h"

/* The policies in the spec are the ranges that the functions below have. */
static_assert(PKVM_NL_MAX_PAGES == PKVM_TOPUP_MAX_PAGES);
static_assert(PKVM_NL_MAX_PAGES == PKVM_SHRINKER_RESERVE_MAX);

/*
 * A result that falls short is a success with a sentence: what was moved stays
 * moved. The policy has made sure that the number is in its range.
 */
static int move_pages(struct genl_info *info, int (*move)(u64 pages, u64 *ret_done))
{
	struct pkvm_nl_reply reply;
	u64 done;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, PKVM_A_PAGES_PAGES)) {
		GENL_SET_ERR_MSG(info, "pages is missing: how many to move");
		return -EINVAL;
	}
	err = pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	err = move(nla_get_u64(info->attrs[PKVM_A_PAGES_PAGES]), &done);
	err = pkvm_nl_explain(info->extack, err);
	if (!err || done)
		err = nla_put_u64_64bit(reply.skb, PKVM_A_PAGES_PAGES, done, PKVM_A_PAGES_PAD);
	return pkvm_nl_finish(info, &reply, err);
}

int pkvm_nl_topup_doit(struct sk_buff *skb, struct genl_info *info)
{
	return move_pages(info, pkvm_topup);
}

int pkvm_nl_reclaim_doit(struct sk_buff *skb, struct genl_info *info)
{
	return move_pages(info, pkvm_reclaim);
}

int pkvm_nl_put_shrinker(struct sk_buff *skb)
{
	struct pkvm_shrinker_knobs knobs;

	pkvm_shrinker_get(&knobs);
	return nla_put_u8(skb, PKVM_A_SHRINKER_ENABLED, knobs.enabled) ?:
	       nla_put_u32(skb, PKVM_A_SHRINKER_SEEKS, knobs.seeks) ?:
	       nla_put_u32(skb, PKVM_A_SHRINKER_BATCH, knobs.batch) ?:
	       nla_put_u64_64bit(skb, PKVM_A_SHRINKER_RESERVE, knobs.reserve, PKVM_A_SHRINKER_PAD);
}

int pkvm_nl_shrinker_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	int err = pkvm_nl_begin(info, &reply);

	return err ?: pkvm_nl_finish(info, &reply, pkvm_nl_put_shrinker(reply.skb));
}

/* Takes over the knobs that are named. Returns how many. */
static unsigned int read_knobs(struct nlattr **attrs, struct pkvm_shrinker_knobs *knobs)
{
	unsigned int n = 0;

	if (attrs[PKVM_A_SHRINKER_ENABLED] && ++n)
		knobs->enabled = nla_get_u8(attrs[PKVM_A_SHRINKER_ENABLED]);
	if (attrs[PKVM_A_SHRINKER_SEEKS] && ++n)
		knobs->seeks = nla_get_u32(attrs[PKVM_A_SHRINKER_SEEKS]);
	if (attrs[PKVM_A_SHRINKER_BATCH] && ++n)
		knobs->batch = nla_get_u32(attrs[PKVM_A_SHRINKER_BATCH]);
	if (attrs[PKVM_A_SHRINKER_RESERVE] && ++n)
		knobs->reserve = nla_get_u64(attrs[PKVM_A_SHRINKER_RESERVE]);
	return n;
}

/* Held from reading the knobs that stay to writing all of them; before the shrinker's own. */
static DEFINE_MUTEX(set_lock);

int pkvm_nl_shrinker_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct pkvm_event ev = { .type = PKVM_EVENT_SHRINKER };
	struct pkvm_shrinker_knobs knobs;
	int err = 0;

	mutex_lock(&set_lock);
	pkvm_shrinker_get(&knobs);
	if (read_knobs(info->attrs, &knobs)) {
		err = pkvm_shrinker_set(&knobs);
	} else {
		GENL_SET_ERR_MSG(info, "the request names nothing to set");
		err = -EINVAL;
	}
	mutex_unlock(&set_lock);
	if (!err)
		pkvm_notify(&ev);
	return err;
}
