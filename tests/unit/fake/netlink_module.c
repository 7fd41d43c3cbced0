// SPDX-License-Identifier: GPL-2.0-or-later
/* What the fake kernel answers: its controller, and the pkvm module. */
#include "netlink_module.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "netlink.h"

#define FIRST_FAMILY	30

struct fake_module fake_module;
static uint16_t family = FIRST_FAMILY;	/* another with each load */

static struct nl_msg *begin(const struct nlmsghdr *request, uint16_t type, uint8_t cmd)
{
	const struct genlmsghdr genl = { .cmd = cmd, .version = 1 };
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, request ? request->nlmsg_pid : 0, request ? request->nlmsg_seq : 0, type, 0,
		  0);
	nlmsg_append(msg, (void *)&genl, sizeof(genl), NLMSG_ALIGNTO);
	return msg;
}

static void reply(int to, struct nl_msg *msg)
{
	netlink_reply(to, nlmsg_hdr(msg));
	nlmsg_free(msg);
}

static void broadcast(int group, struct nl_msg *msg)
{
	netlink_broadcast(group, nlmsg_hdr(msg));
	nlmsg_free(msg);
}

static void acknowledge(int to, const struct nlmsghdr *request, int err)
{
	const struct nlmsgerr error = { .error = err, .msg = *request };
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, request->nlmsg_pid, request->nlmsg_seq, NLMSG_ERROR, 0, NLM_F_CAPPED);
	nlmsg_append(msg, (void *)&error, sizeof(error), NLMSG_ALIGNTO);
	reply(to, msg);
}

/* The controller */

static void put_group(struct nl_msg *msg, int i, const char *name, uint32_t id)
{
	struct nlattr *group = nla_nest_start(msg, i);

	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, name);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, id);
	nla_nest_end(msg, group);
}

static struct nl_msg *controller_message(const struct nlmsghdr *request, uint8_t cmd, bool itself)
{
	struct nl_msg *msg = begin(request, GENL_ID_CTRL, cmd);
	struct nlattr *groups;

	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, itself ? GENL_ID_CTRL : family);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, itself ? "nlctrl" : PKVM_FAMILY_NAME);
	nla_put_u32(msg, CTRL_ATTR_VERSION, 1);
	nla_put_u32(msg, CTRL_ATTR_HDRSIZE, 0);
	nla_put_u32(msg, CTRL_ATTR_MAXATTR, 0);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	if (itself) {
		put_group(msg, 1, "notify", GROUP_CONTROLLER);
	} else {
		put_group(msg, 1, PKVM_MCGRP_EVENTS, GROUP_EVENTS);
		put_group(msg, 2, PKVM_MCGRP_ADMIN, GROUP_ADMIN);
	}
	nla_nest_end(msg, groups);
	return msg;
}

static int controller(int from, const struct nlmsghdr *request)
{
	const struct nlattr *name = nla_find(nlmsg_attrdata(request, GENL_HDRLEN),
					     nlmsg_attrlen(request, GENL_HDRLEN),
					     CTRL_ATTR_FAMILY_NAME);
	bool itself = name && !nla_strcmp(name, "nlctrl");

	if (!itself && !(fake_module.loaded && name && !nla_strcmp(name, PKVM_FAMILY_NAME)))
		return -ENOENT;
	reply(from, controller_message(request, CTRL_CMD_NEWFAMILY, itself));
	return 0;
}

void fake_module_load(void)
{
	const uint64_t boot = 40;

	family++;
	fake_module = (struct fake_module){
		.loaded = true,
		.netlink_abi = PKVM_NETLINK_ABI,
		.stats.mem = { .owned = boot, .boot = boot },
		.shrinker = { .enabled = true, .seeks = 2, .batch = 64 },
		.topup_limit = UINT64_MAX,
	};
	fake_module_tell();
}

void fake_module_tell(void)
{
	broadcast(GROUP_CONTROLLER, controller_message(NULL, CTRL_CMD_NEWFAMILY, false));
}

void fake_module_unload(void)
{
	fake_module.loaded = false;
	broadcast(GROUP_CONTROLLER, controller_message(NULL, CTRL_CMD_DELFAMILY, false));
}

/* The module */

static void put_u64s(struct nl_msg *msg, int first, const uint64_t *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		nla_put_u64(msg, first + i, values[i]);
}

#define PUT_STRUCT(msg, first, object) \
	put_u64s(msg, first, (const uint64_t *)(object), sizeof(*(object)) / sizeof(uint64_t))

static void put_info(struct nl_msg *msg)
{
	nla_put_u32(msg, PKVM_A_INFO_NETLINK_ABI, fake_module.netlink_abi);
	nla_put_u32(msg, PKVM_A_INFO_MODULE_ABI, 2);
	nla_put_string(msg, PKVM_A_INFO_MODULE_VERSION, "0.0.1");
	nla_put_u32(msg, PKVM_A_INFO_PROVIDER, PKVM_PROVIDER_EL2);
	nla_put_u32(msg, PKVM_A_INFO_STATE,
		    fake_module.dead ? PKVM_STATE_DEAD : PKVM_STATE_LIVE);
	nla_put_u64(msg, PKVM_A_INFO_HEAP_SIZE, UINT64_C(1) << 30);
	nla_put_u32(msg, PKVM_A_INFO_CPUS, 2);
}

/* Members and attributes have the same order. */
static void put_stats(struct nl_msg *msg)
{
	struct nlattr *nest = nla_nest_start(msg, PKVM_A_STATS_HEAP);

	PUT_STRUCT(msg, 1, &fake_module.stats.heap);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, PKVM_A_STATS_MEM);
	PUT_STRUCT(msg, 1, &fake_module.stats.mem);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, PKVM_A_STATS_HOST);
	PUT_STRUCT(msg, 1, &fake_module.stats.host);
	nla_nest_end(msg, nest);
}

static void put_page_stats(struct nl_msg *msg)
{
	const struct pkvm_page_stats stats = { .host = 1000, .hyp = fake_module.stats.mem.owned };

	PUT_STRUCT(msg, 1, &stats);
}

static void put_shrinker(struct nl_msg *msg)
{
	nla_put_u8(msg, PKVM_A_SHRINKER_ENABLED, fake_module.shrinker.enabled);
	nla_put_u32(msg, PKVM_A_SHRINKER_SEEKS, fake_module.shrinker.seeks);
	nla_put_u32(msg, PKVM_A_SHRINKER_BATCH, fake_module.shrinker.batch);
	nla_put_u64(msg, PKVM_A_SHRINKER_RESERVE, fake_module.shrinker.reserve);
}

static void notify_moved(uint8_t cmd, uint64_t pages, uint64_t asked)
{
	struct nl_msg *msg = begin(NULL, family, cmd);

	nla_put_u64(msg, PKVM_A_EVENT_PAGES, pages);
	nla_put_u64(msg, PKVM_A_EVENT_ASKED, asked);
	nla_put_u32(msg, PKVM_A_EVENT_ERROR, 0);
	nla_put_u64(msg, PKVM_A_EVENT_DURATION, 20000);
	broadcast(GROUP_EVENTS, msg);
}

static void donate(uint64_t pages)
{
	fake_module.stats.mem.owned += pages;
	fake_module.stats.mem.stock += pages;
	fake_module.stats.mem.reclaimable += pages;
	fake_module.stats.host.donated += pages;
}

static void give(uint64_t pages)
{
	fake_module.stats.mem.owned -= pages;
	fake_module.stats.mem.stock -= pages;
	fake_module.stats.mem.reclaimable -= pages;
	fake_module.stats.host.returned += pages;
}

static uint64_t move(uint8_t cmd, uint64_t asked)
{
	uint64_t limit = cmd == PKVM_CMD_TOPUP ? fake_module.topup_limit :
						 fake_module.stats.mem.reclaimable;
	uint64_t pages = asked < limit ? asked : limit;

	if (cmd == PKVM_CMD_TOPUP) {
		fake_module.topups++;
		pages += fake_module.topup_excess;
		donate(pages);
		notify_moved(PKVM_CMD_TOPUP_NTF, pages, asked);
	} else {
		fake_module.reclaims++;
		fake_module.stats.host.reclaimed += pages;
		give(pages);
		notify_moved(PKVM_CMD_RECLAIM_NTF, pages, asked);
	}
	return pages;
}

static void move_pages(int from, const struct nlmsghdr *request, uint8_t cmd)
{
	struct nl_msg *msg = begin(request, family, cmd);
	const struct nlattr *pages = nla_find(nlmsg_attrdata(request, GENL_HDRLEN),
					      nlmsg_attrlen(request, GENL_HDRLEN),
					      PKVM_A_PAGES_PAGES);
	uint64_t asked;

	memcpy(&asked, nla_data(pages), sizeof(asked));
	nla_put_u64(msg, PKVM_A_PAGES_PAGES, move(cmd, asked));
	reply(from, msg);
	if (fake_module.gone_after && !--fake_module.gone_after)
		fake_module_unload();
}

static int module(int from, const struct nlmsghdr *request)
{
	const struct genlmsghdr *genl = nlmsg_data(request);
	struct nl_msg *msg;

	if (!fake_module.loaded || request->nlmsg_type != family)
		return -ENOENT;
	if (genl->cmd == PKVM_CMD_TOPUP || genl->cmd == PKVM_CMD_RECLAIM) {
		move_pages(from, request, genl->cmd);
		return 0;
	}
	if (genl->cmd == fake_module.refused)
		return -fake_module.refusal;
	msg = begin(request, family, genl->cmd);
	if (genl->cmd == PKVM_CMD_INFO_GET)
		put_info(msg);
	else if (genl->cmd == PKVM_CMD_HEAP_STATS_GET)
		put_stats(msg);
	else if (genl->cmd == PKVM_CMD_PAGE_STATS_GET)
		put_page_stats(msg);
	else if (genl->cmd == PKVM_CMD_SHRINKER_GET)
		put_shrinker(msg);
	reply(from, msg);
	return 0;
}

void module_request(int from, const struct nlmsghdr *request)
{
	int err = request->nlmsg_type == GENL_ID_CTRL ? controller(from, request) :
							module(from, request);

	if (err || request->nlmsg_flags & NLM_F_ACK)
		acknowledge(from, request, err);
}

void fake_module_use(uint64_t pages)
{
	struct pkvm_stats_mem *mem = &fake_module.stats.mem;
	uint64_t lacking = pages > mem->reclaimable ? pages - mem->reclaimable : 0;

	if (lacking) {
		mem->requests++;
		donate(lacking);
	}
	mem->stock -= pages;
	mem->reclaimable -= pages;
	mem->heap += pages;
	notify_moved(lacking ? PKVM_CMD_REQUEST_NTF : PKVM_CMD_TOPUP_NTF, lacking, lacking);
}

void fake_module_shrink(void)
{
	uint64_t pages = fake_module.stats.mem.reclaimable;

	fake_module.stats.host.shrunk += pages;
	give(pages);
	notify_moved(PKVM_CMD_SHRINK_NTF, pages, pages);
}

void fake_module_die(void)
{
	struct nl_msg *msg = begin(NULL, family, PKVM_CMD_STATE_NTF);

	fake_module.dead = true;
	put_info(msg);
	broadcast(GROUP_EVENTS, msg);
}

void fake_netlink_garbage(const void *data, size_t n)
{
	struct nl_msg *msg = begin(NULL, family, PKVM_CMD_REQUEST_NTF);

	nlmsg_append(msg, (void *)data, n, NLMSG_ALIGNTO);
	broadcast(GROUP_EVENTS, msg);
}
