/* SPDX-License-Identifier: GPL-2.0-only */
/* Do not edit directly, auto-generated from: */
/*	include/netlink/pkvm.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_PKVM_GEN_H
#define _LINUX_PKVM_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/pkvm.h>
#include <compat.h>

int pkvm_nl_heap_map_done(struct netlink_callback *cb);

int pkvm_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_heap_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_heap_map_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int pkvm_nl_heap_check_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_selftest_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_topup_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_reclaim_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_shrinker_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_shrinker_set_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_vm_create_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_vm_destroy_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int pkvm_nl_crash_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_page_get_doit(struct sk_buff *skb, struct genl_info *info);
int pkvm_nl_page_stats_get_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	PKVM_NLGRP_EVENTS,
	PKVM_NLGRP_ADMIN,
};

extern struct genl_family pkvm_nl_family;

#endif /* _LINUX_PKVM_GEN_H */
