// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: which message to which group tells an event, and its payload. */
#include <pkvm/hypercall.h>

#include "netlink_gen.h"
#include "netlink_msg.h"
#include "vm.h"

static_assert(PKVM_REQUEST_CAUSE_OTHER == (int)PKVM_CAUSE_OTHER);
static_assert(PKVM_REQUEST_CAUSE_VM == (int)PKVM_CAUSE_VM);
static_assert(PKVM_REQUEST_CAUSE_VCPU == (int)PKVM_CAUSE_VCPU);
static_assert(PKVM_REQUEST_CAUSE_SELFTEST == (int)PKVM_CAUSE_SELFTEST);

/* The payload of a message about ev; returns 0 or an errno. */
typedef int (*put_fn)(struct sk_buff *skb, const struct pkvm_event *ev);

static int put_moved(struct sk_buff *skb, const struct pkvm_event *ev)
{
	return nla_put_u64_64bit(skb, PKVM_A_EVENT_PAGES, ev->pages, PKVM_A_EVENT_PAD) ?:
	       nla_put_u64_64bit(skb, PKVM_A_EVENT_ASKED, ev->asked, PKVM_A_EVENT_PAD) ?:
	       nla_put_u32(skb, PKVM_A_EVENT_ERROR, -ev->err) ?:
	       nla_put_u64_64bit(skb, PKVM_A_EVENT_DURATION, ev->duration_ns, PKVM_A_EVENT_PAD);
}

static int put_request(struct sk_buff *skb, const struct pkvm_event *ev)
{
	if (ev->vm && nla_put_u32(skb, PKVM_A_EVENT_VM, ev->vm))
		return -EMSGSIZE;
	return put_moved(skb, ev) ?:
	       nla_put_u32(skb, PKVM_A_EVENT_CAUSE, ev->cause) ?:
	       nla_put_u32(skb, PKVM_A_EVENT_RETRIES, ev->retries);
}

/* As vm-get; of a VM that has gone already, the handle is all there is. */
static int put_created(struct sk_buff *skb, const struct pkvm_event *ev)
{
	struct pkvm_vm_desc vm;

	if (pkvm_vm_get(ev->vm, &vm))
		return nla_put_u32(skb, PKVM_A_VM_HANDLE, ev->vm);
	return pkvm_nl_put_vm(skb, &vm);
}

static int put_destroyed(struct sk_buff *skb, const struct pkvm_event *ev)
{
	return nla_put_u32(skb, PKVM_A_VM_HANDLE, ev->vm);
}

static int put_shrinker(struct sk_buff *skb, const struct pkvm_event *ev)
{
	return pkvm_nl_put_shrinker(skb);
}

static int put_info(struct sk_buff *skb, const struct pkvm_event *ev)
{
	return pkvm_nl_put_info(skb);
}

static int put_crash(struct sk_buff *skb, const struct pkvm_event *ev)
{
	return pkvm_nl_put_crash(skb);
}

/* PKVM_VIOLATION_* in the order of enum pkvm_access. */
static_assert(PKVM_VIOLATION_WRITE == PKVM_ACCESS_WRITE << 8);
static_assert(PKVM_VIOLATION_EXEC == PKVM_ACCESS_EXEC << 8);
static_assert(PKVM_VIOLATION_WALK == PKVM_ACCESS_WALK << 8);
static_assert(PKVM_VIOLATION_EL0 == PKVM_ACCESS_EL0 << 8);

static int put_fault(struct sk_buff *skb, const struct pkvm_event *ev)
{
	const struct pkvm_violation *fault = &ev->fault;

	return nla_put_u64_64bit(skb, PKVM_A_FAULT_ADDRESS, fault->ipa, PKVM_A_FAULT_PAD) ?:
	       nla_put_u64_64bit(skb, PKVM_A_FAULT_VA, fault->va, PKVM_A_FAULT_PAD) ?:
	       nla_put_u64_64bit(skb, PKVM_A_FAULT_PC, fault->pc, PKVM_A_FAULT_PAD) ?:
	       nla_put_u32(skb, PKVM_A_FAULT_OWNER, fault->info & 0xff) ?:
	       nla_put_u32(skb, PKVM_A_FAULT_CPU, fault->info >> PKVM_VIOLATION_CPU_SHIFT) ?:
	       nla_put_u32(skb, PKVM_A_FAULT_ACCESS, (u32)fault->info >> 8) ?:
	       nla_put_u64_64bit(skb, PKVM_A_FAULT_LOST, ev->lost, PKVM_A_FAULT_PAD);
}

static const struct message {
	u8 type;	/* enum pkvm_event_type */
	u8 cmd;
	u8 group;
	put_fn put;
} messages[] = {
	{ PKVM_EVENT_REQUEST, PKVM_CMD_REQUEST_NTF, PKVM_NLGRP_EVENTS, put_request },
	{ PKVM_EVENT_TOPUP, PKVM_CMD_TOPUP_NTF, PKVM_NLGRP_EVENTS, put_moved },
	{ PKVM_EVENT_RECLAIM, PKVM_CMD_RECLAIM_NTF, PKVM_NLGRP_EVENTS, put_moved },
	{ PKVM_EVENT_SHRINK, PKVM_CMD_SHRINK_NTF, PKVM_NLGRP_EVENTS, put_moved },
	{ PKVM_EVENT_VM_CREATE, PKVM_CMD_VM_CREATE_NTF, PKVM_NLGRP_EVENTS, put_created },
	{ PKVM_EVENT_VM_DESTROY, PKVM_CMD_VM_DESTROY_NTF, PKVM_NLGRP_EVENTS, put_destroyed },
	{ PKVM_EVENT_SHRINKER, PKVM_CMD_SHRINKER_NTF, PKVM_NLGRP_EVENTS, put_shrinker },
	{ PKVM_EVENT_DEAD, PKVM_CMD_STATE_NTF, PKVM_NLGRP_EVENTS, put_info },
	{ PKVM_EVENT_DEAD, PKVM_CMD_CRASH_NTF, PKVM_NLGRP_ADMIN, put_crash },
	{ PKVM_EVENT_FAULT, PKVM_CMD_FAULT_NTF, PKVM_NLGRP_ADMIN, put_fault },
};

/* A host without memory for a message tells its listeners that they have missed one. */
static void send(const struct message *message, const struct pkvm_event *ev)
{
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&pkvm_nl_family, &init_net, message->group))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb) {
		genl_set_err(&pkvm_nl_family, &init_net, 0, message->group, -ENOBUFS);
		return;
	}
	/* An empty message of the default size has room for a header. */
	hdr = genlmsg_put(skb, 0, 0, &pkvm_nl_family, 0, message->cmd);
	if (message->put(skb, ev)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&pkvm_nl_family, skb, 0, message->group, GFP_KERNEL);
}

void pkvm_nl_send_event(const struct pkvm_event *ev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].type == ev->type)
			send(&messages[i], ev);
}
