// SPDX-License-Identifier: GPL-2.0-only
/* Operations about ownership: page-get, page-stats-get. */
#include "hcall.h"
#include "netlink_gen.h"
#include "netlink_msg.h"
#include "stats.h"

static_assert(PKVM_PAGE_OWNER_NOBODY == (int)PKVM_OWNER_NOBODY);
static_assert(PKVM_PAGE_OWNER_HYP == (int)PKVM_OWNER_HYP);
static_assert(PKVM_PAGE_OWNER_HOST == (int)PKVM_OWNER_HOST);
static_assert(PKVM_PAGE_OWNER_GUEST == (int)PKVM_OWNER_GUEST);
static_assert(PKVM_PAGE_USE_HOST == (int)PKVM_USE_HOST);
static_assert(PKVM_PAGE_USE_STOCK == (int)PKVM_USE_STOCK);
static_assert(PKVM_PAGE_USE_HEAP == (int)PKVM_USE_HEAP);
static_assert(PKVM_PAGE_USE_TABLE == (int)PKVM_USE_TABLE);
static_assert(PKVM_PAGE_USE_VMEMMAP == (int)PKVM_USE_VMEMMAP);
static_assert(PKVM_PAGE_USE_HOST_S2 == (int)PKVM_USE_HOST_S2);
static_assert(PKVM_PAGE_USE_GUEST_S2 == (int)PKVM_USE_GUEST_S2);
static_assert(PKVM_PAGE_USE_SHARED_HYP == (int)PKVM_USE_SHARED_HYP);
static_assert(PKVM_PAGE_USE_SHARED_GUEST == (int)PKVM_USE_SHARED_GUEST);
static_assert(PKVM_PAGE_USE_GUEST == (int)PKVM_USE_GUEST);
static_assert(PKVM_PAGE_USE_GUEST_SHARED == (int)PKVM_USE_GUEST_SHARED);
static_assert(PKVM_PAGE_USE_BOOT == (int)PKVM_USE_BOOT);

/* Both of EL2's structs, one behind the other: attribute n is the n-th u64, from 1 on. */
struct figures {
	struct pkvm_page_stats pages;
	struct pkvm_cpu_stats cpus;
};

#define FIGURE(attr, member) \
	static_assert(PKVM_A_PAGE_STATS_##attr == offsetof(struct figures, member) / 8 + 1)
FIGURE(HOST, pages.host_pages);
FIGURE(HYP, pages.hyp_pages);
FIGURE(SPLIT_GIBS, pages.split_gibs);
FIGURE(SPLIT_BLOCKS, pages.split_blocks);
FIGURE(TABLES, pages.tables);
FIGURE(TABLES_IDLE, pages.tables_idle);
FIGURE(TABLES_SPARE, pages.tables_spare);
FIGURE(REFUSED, pages.refused);
FIGURE(FAULTS_MAPPED, pages.faults_mapped);
FIGURE(FAULTS_RACED, pages.faults_raced);
FIGURE(VIOLATIONS, pages.violations);
FIGURE(GUEST, pages.guest_pages);
FIGURE(SHARED_HYP, pages.shared_hyp);
FIGURE(SHARED_GUEST, pages.shared_guest);
FIGURE(CPUS, cpus.cpus);
FIGURE(RELAYED, cpus.relayed);
FIGURE(ENTRIES_REFUSED, cpus.entries_refused);
FIGURE(SMCS_PASSED, cpus.smcs_passed);
FIGURE(SMCS_REFUSED, cpus.smcs_refused);

int pkvm_nl_page_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	struct figures figures;
	const u64 *words = (const u64 *)&figures;
	unsigned int i;
	int err = pkvm_stats_pages(&figures.pages) ?: pkvm_stats_cpus(&figures.cpus);

	err = pkvm_nl_explain(info->extack, err) ?: pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	for (i = 0; !err && i < sizeof(figures) / 8; i++)
		err = nla_put_u64_64bit(reply.skb, i + 1, words[i], PKVM_A_PAGE_STATS_PAD);
	return pkvm_nl_finish(info, &reply, err);
}

static int ask_page(struct genl_info *info, u64 pfn, struct arm_smccc_1_2_regs *regs)
{
	int err;

	regs->a1 = pfn << PKVM_PAGE_SHIFT;
	err = pkvm_hcall(PKVM_HCALL_PAGE_STATE, regs);
	if (err == -EFAULT) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[PKVM_A_PAGE_PFN]);
		GENL_SET_ERR_MSG(info, "pfn is no page of RAM");
		return -ERANGE;
	}
	return pkvm_nl_explain(info->extack, err);
}

int pkvm_nl_page_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct arm_smccc_1_2_regs regs = {};
	struct pkvm_nl_reply reply;
	u64 pfn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, PKVM_A_PAGE_PFN)) {
		GENL_SET_ERR_MSG(info, "pfn is missing: which page");
		return -EINVAL;
	}
	pfn = nla_get_u64(info->attrs[PKVM_A_PAGE_PFN]);
	err = ask_page(info, pfn, &regs) ?: pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	err = nla_put_u64_64bit(reply.skb, PKVM_A_PAGE_PFN, pfn, PKVM_A_PAGE_PAD) ?:
	      nla_put_u32(reply.skb, PKVM_A_PAGE_OWNER, regs.a2) ?:
	      nla_put_u32(reply.skb, PKVM_A_PAGE_USE, regs.a3) ?:
	      nla_put_u32(reply.skb, PKVM_A_PAGE_COUNT, regs.a4);
	return pkvm_nl_finish(info, &reply, err);
}
