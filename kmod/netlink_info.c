// SPDX-License-Identifier: GPL-2.0-only
/* Operations info-get and crash-get: what is loaded, and how it ended if it did. */
#include <linux/cpumask.h>

#include <pkvm/hypercall.h>
#include <pkvm/version.h>

#include "crash.h"
#include "hcall.h"
#include "main.h"
#include "netlink_gen.h"
#include "netlink_msg.h"

/* What EL2 says about itself travels as it comes. */
static_assert(PKVM_FEATURE_DEBUG == PKVM_FEAT_DEBUG);
static_assert(PKVM_PANIC_REASON_NONE == (int)PKVM_CRASH_NONE);
static_assert(PKVM_PANIC_REASON_BUG == (int)PKVM_CRASH_BUG);
static_assert(PKVM_PANIC_REASON_EXCEPTION == (int)PKVM_CRASH_EXCEPTION);
static_assert(PKVM_PANIC_REASON_STACK == (int)PKVM_CRASH_STACK);

/* EL2's part. All online CPUs are behind it, or none is. */
static int put_el2(struct sk_buff *skb)
{
	struct arm_smccc_1_2_regs regs = {};
	int err = pkvm_hcall(PKVM_HCALL_VERSION, &regs);

	if (err)
		return nla_put_u32(skb, PKVM_A_INFO_STATE,
				   pkvm_is_dead() ? PKVM_STATE_DEAD : PKVM_STATE_GONE) ?:
		       nla_put_u32(skb, PKVM_A_INFO_CPUS, pkvm_is_dead() ? num_online_cpus() : 0);
	return nla_put_u32(skb, PKVM_A_INFO_STATE, PKVM_STATE_LIVE) ?:
	       nla_put_u32(skb, PKVM_A_INFO_HYP_ABI, regs.a2) ?:
	       nla_put_u32(skb, PKVM_A_INFO_FEATURES, regs.a3) ?:
	       nla_put_u32(skb, PKVM_A_INFO_CPUS, num_online_cpus());
}

int pkvm_nl_put_info(struct sk_buff *skb)
{
	return nla_put_u32(skb, PKVM_A_INFO_NETLINK_ABI, PKVM_NETLINK_ABI) ?:
	       nla_put_u32(skb, PKVM_A_INFO_MODULE_ABI, PKVM_ABI_VERSION) ?:
	       nla_put_string(skb, PKVM_A_INFO_MODULE_VERSION, PKVM_VERSION) ?:
	       nla_put_u32(skb, PKVM_A_INFO_PROVIDER, PKVM_PROVIDER_EL2) ?:
	       nla_put_u64_64bit(skb, PKVM_A_INFO_HEAP_SIZE, pkvm_heap_size(), PKVM_A_INFO_PAD) ?:
	       put_el2(skb);
}

int pkvm_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	int err = pkvm_nl_begin(info, &reply);

	return err ?: pkvm_nl_finish(info, &reply, pkvm_nl_put_info(reply.skb));
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, PKVM_A_CRASH_PAD);
}

int pkvm_nl_put_crash(struct sk_buff *skb)
{
	struct pkvm_crash crash;
	unsigned int i;
	int err = pkvm_crash_get(&crash);

	if (err)
		return err;
	err = nla_put_u32(skb, PKVM_A_CRASH_REASON, crash.reason) ?:
	      nla_put_u32(skb, PKVM_A_CRASH_CPU, crash.cpu) ?:
	      put_u64(skb, PKVM_A_CRASH_ESR, crash.esr) ?:
	      put_u64(skb, PKVM_A_CRASH_ELR, crash.elr) ?:
	      put_u64(skb, PKVM_A_CRASH_ELR_OFFSET, crash.elr_offset) ?:
	      put_u64(skb, PKVM_A_CRASH_FAR, crash.far) ?:
	      put_u64(skb, PKVM_A_CRASH_SPSR, crash.spsr) ?:
	      put_u64(skb, PKVM_A_CRASH_SP, crash.sp) ?:
	      put_u64(skb, PKVM_A_CRASH_HCALL, crash.hcall) ?:
	      nla_put_u32(skb, PKVM_A_CRASH_LINE, crash.line) ?:
	      nla_put_string(skb, PKVM_A_CRASH_FILE, crash.file);
	for (i = 0; !err && i < ARRAY_SIZE(crash.x); i++)
		err = put_u64(skb, PKVM_A_CRASH_REG, crash.x[i]);
	return err;
}

int pkvm_nl_crash_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	int err = pkvm_nl_begin(info, &reply);

	if (err)
		return err;
	err = pkvm_nl_put_crash(reply.skb);
	if (err == -ENODATA)
		pkvm_nl_explain(info->extack, err);
	return pkvm_nl_finish(info, &reply, err);
}
