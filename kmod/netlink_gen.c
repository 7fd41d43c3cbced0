// SPDX-License-Identifier: GPL-2.0-only
/* Do not edit directly, auto-generated from: */
/*	include/netlink/pkvm.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/pkvm.h>
#include <compat.h>

/* Integer value ranges */
static const struct netlink_range_validation pkvm_a_pages_pages_range = {
	.min	= 1ULL,
	.max	= PKVM_NL_MAX_PAGES,
};

static const struct netlink_range_validation pkvm_a_shrinker_reserve_range = {
	.max	= PKVM_NL_MAX_PAGES,
};

static const struct netlink_range_validation pkvm_a_page_pfn_range = {
	.max	= PKVM_NL_MAX_PFN,
};

/* PKVM_CMD_TOPUP - do */
static const struct nla_policy pkvm_topup_nl_policy[PKVM_A_PAGES_PAGES + 1] = {
	[PKVM_A_PAGES_PAGES] = NLA_POLICY_FULL_RANGE(NLA_U64, &pkvm_a_pages_pages_range),
};

/* PKVM_CMD_RECLAIM - do */
static const struct nla_policy pkvm_reclaim_nl_policy[PKVM_A_PAGES_PAGES + 1] = {
	[PKVM_A_PAGES_PAGES] = NLA_POLICY_FULL_RANGE(NLA_U64, &pkvm_a_pages_pages_range),
};

/* PKVM_CMD_SHRINKER_SET - do */
static const struct nla_policy pkvm_shrinker_set_nl_policy[PKVM_A_SHRINKER_RESERVE + 1] = {
	[PKVM_A_SHRINKER_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[PKVM_A_SHRINKER_SEEKS] = NLA_POLICY_RANGE(NLA_U32, 1, 1000),
	[PKVM_A_SHRINKER_BATCH] = NLA_POLICY_RANGE(NLA_U32, 1, 4096),
	[PKVM_A_SHRINKER_RESERVE] = NLA_POLICY_FULL_RANGE(NLA_U64, &pkvm_a_shrinker_reserve_range),
};

/* PKVM_CMD_VM_CREATE - do */
static const struct nla_policy pkvm_vm_create_nl_policy[PKVM_A_VM_BOUND + 1] = {
	[PKVM_A_VM_MAX_VCPUS] = NLA_POLICY_RANGE(NLA_U32, 1, PKVM_NL_MAX_VCPUS),
	[PKVM_A_VM_VCPUS] = NLA_POLICY_MAX(NLA_U32, PKVM_NL_MAX_VCPUS),
	[PKVM_A_VM_BOUND] = { .type = NLA_FLAG, },
};

/* PKVM_CMD_VM_DESTROY - do */
static const struct nla_policy pkvm_vm_destroy_nl_policy[PKVM_A_VM_ALL + 1] = {
	[PKVM_A_VM_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
	[PKVM_A_VM_ALL] = { .type = NLA_FLAG, },
};

/* PKVM_CMD_VM_GET - do */
static const struct nla_policy pkvm_vm_get_do_nl_policy[PKVM_A_VM_HANDLE + 1] = {
	[PKVM_A_VM_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* PKVM_CMD_VM_GET - dump */
static const struct nla_policy pkvm_vm_get_dump_nl_policy[PKVM_A_VM_HANDLE + 1] = {
	[PKVM_A_VM_HANDLE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* PKVM_CMD_PAGE_GET - do */
static const struct nla_policy pkvm_page_get_nl_policy[PKVM_A_PAGE_PFN + 1] = {
	[PKVM_A_PAGE_PFN] = NLA_POLICY_FULL_RANGE(NLA_U64, &pkvm_a_page_pfn_range),
};

/* Ops table for pkvm */
static const struct genl_split_ops pkvm_nl_ops[] = {
	{
		.cmd	= PKVM_CMD_INFO_GET,
		.doit	= pkvm_nl_info_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PKVM_CMD_HEAP_STATS_GET,
		.doit	= pkvm_nl_heap_stats_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PKVM_CMD_HEAP_MAP,
		.dumpit	= pkvm_nl_heap_map_dumpit,
		.done	= pkvm_nl_heap_map_done,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= PKVM_CMD_HEAP_CHECK,
		.doit	= pkvm_nl_heap_check_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PKVM_CMD_SELFTEST,
		.doit	= pkvm_nl_selftest_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_TOPUP,
		.doit		= pkvm_nl_topup_doit,
		.policy		= pkvm_topup_nl_policy,
		.maxattr	= PKVM_A_PAGES_PAGES,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_RECLAIM,
		.doit		= pkvm_nl_reclaim_doit,
		.policy		= pkvm_reclaim_nl_policy,
		.maxattr	= PKVM_A_PAGES_PAGES,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PKVM_CMD_SHRINKER_GET,
		.doit	= pkvm_nl_shrinker_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_SHRINKER_SET,
		.doit		= pkvm_nl_shrinker_set_doit,
		.policy		= pkvm_shrinker_set_nl_policy,
		.maxattr	= PKVM_A_SHRINKER_RESERVE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_VM_CREATE,
		.doit		= pkvm_nl_vm_create_doit,
		.policy		= pkvm_vm_create_nl_policy,
		.maxattr	= PKVM_A_VM_BOUND,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_VM_DESTROY,
		.doit		= pkvm_nl_vm_destroy_doit,
		.policy		= pkvm_vm_destroy_nl_policy,
		.maxattr	= PKVM_A_VM_ALL,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_VM_GET,
		.doit		= pkvm_nl_vm_get_doit,
		.policy		= pkvm_vm_get_do_nl_policy,
		.maxattr	= PKVM_A_VM_HANDLE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_VM_GET,
		.dumpit		= pkvm_nl_vm_get_dumpit,
		.policy		= pkvm_vm_get_dump_nl_policy,
		.maxattr	= PKVM_A_VM_HANDLE,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= PKVM_CMD_CRASH_GET,
		.doit	= pkvm_nl_crash_get_doit,
		.flags	= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= PKVM_CMD_PAGE_GET,
		.doit		= pkvm_nl_page_get_doit,
		.policy		= pkvm_page_get_nl_policy,
		.maxattr	= PKVM_A_PAGE_PFN,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd	= PKVM_CMD_PAGE_STATS_GET,
		.doit	= pkvm_nl_page_stats_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group pkvm_nl_mcgrps[] = {
	[PKVM_NLGRP_EVENTS] = { "events", },
	[PKVM_NLGRP_ADMIN] = { "admin", GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family pkvm_nl_family __ro_after_init = {
	.name		= PKVM_FAMILY_NAME,
	.version	= PKVM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= pkvm_nl_ops,
	.n_split_ops	= ARRAY_SIZE(pkvm_nl_ops),
	.mcgrps		= pkvm_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(pkvm_nl_mcgrps),
};
