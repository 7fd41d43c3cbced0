/* SPDX-License-Identifier: GPL-2.0-only */
/* What the family's operations and notifications share: replies, refusals, payloads. */
#ifndef PKVM_KMOD_NETLINK_MSG_H
#define PKVM_KMOD_NETLINK_MSG_H

#include <net/genetlink.h>

#include "notify.h"
#include "shrinker.h"
#include "vm.h"

/* A reply in the making. */
struct pkvm_nl_reply {
	struct sk_buff *skb;
	void *hdr;
};

/*
 * Begins the reply to info's request. An operation that changes something does so
 * before it acts, so that a shortage here refuses the request instead of losing
 * its result. Process context. Returns 0 or -ENOMEM.
 */
int pkvm_nl_begin(struct genl_info *info, struct pkvm_nl_reply *reply);

/* Sends the reply, or frees it if err is not 0. Returns err, or the errno of the sending. */
int pkvm_nl_finish(struct genl_info *info, struct pkvm_nl_reply *reply, int err);

/*
 * Puts the sentence for err into extack: what went wrong below the netlink layer.
 * Returns the errno that user space is to see, which tells refusals by EL2 apart:
 * -EIO EL2 is dead, -ENXIO it was given back, -ENOSPC it is full, -EREMOTEIO it
 * refused for another reason. 0 stays 0, without a sentence.
 */
int pkvm_nl_explain(struct netlink_ext_ack *extack, int err);

/* Payloads; return 0 or -EMSGSIZE. */
int pkvm_nl_put_info(struct sk_buff *skb);
int pkvm_nl_put_crash(struct sk_buff *skb);
int pkvm_nl_put_shrinker(struct sk_buff *skb);
int pkvm_nl_put_vm(struct sk_buff *skb, const struct pkvm_vm_desc *vm);

/* Sends what there is to tell of an event. Process context, the family registered. */
void pkvm_nl_send_event(const struct pkvm_event *ev);

#endif
