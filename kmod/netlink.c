// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: its life, and what all operations share. */
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/stringify.h>

#include <pkvm/hypercall.h>

#include "compat.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_msg.h"
#include "notify.h"
#include "vm.h"

int pkvm_nl_begin(struct genl_info *info, struct pkvm_nl_reply *reply)
{
	reply->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL_ACCOUNT);
	if (!reply->skb)
		return -ENOMEM;
	/* An empty message of the default size has room for a header. */
	reply->hdr = genlmsg_put_reply(reply->skb, info, &pkvm_nl_family, 0, info->genlhdr->cmd);
	return 0;
}

int pkvm_nl_finish(struct genl_info *info, struct pkvm_nl_reply *reply, int err)
{
	if (err) {
		nlmsg_free(reply->skb);
		return err;
	}
	genlmsg_end(reply->skb, reply->hdr);
	return genlmsg_reply(reply->skb, info);
}

/*
 * Sentences are constants: before 6.2 the kernel has no place for a formatted one.
 * Who calls names the attribute at fault, and libpkvm adds its value and limits.
 */
int pkvm_nl_explain(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case 0:
	case -EINTR:
		return err;
	case -ENOMEM:
		NL_SET_ERR_MSG(extack, "the host has no more memory to give to EL2");
		return err;
	case -ENODEV:
		NL_SET_ERR_MSG(extack, "the module is being unloaded");
		return err;
	case -ENOENT:
		NL_SET_ERR_MSG(extack, "there is no such VM");
		return err;
	case -ENODATA:
		NL_SET_ERR_MSG(extack, "EL2 is alive: it has left no crash record");
		return err;
	case -EIO:
		NL_SET_ERR_MSG(extack, "EL2 is dead; only a restart of the machine brings it back");
		return err;
	case -ENXIO:
	case -ESHUTDOWN:
		NL_SET_ERR_MSG(extack, "EL2 has been given back, the machine is about to restart");
		return -ENXIO;
	case -ENOSPC:
		NL_SET_ERR_MSG(extack, "EL2 is full: " __stringify(PKVM_MAX_VMS)
			       " VMs live, or the heap's range (heap_mib) has no room left");
		return err;
	case -EBUSY:
		NL_SET_ERR_MSG(extack, "EL2 refused: what this is about is in use");
		return -EREMOTEIO;
	case -E2BIG:
		NL_SET_ERR_MSG(extack, "EL2 asked for more pages than one request may");
		return -EREMOTEIO;
	default:
		NL_SET_ERR_MSG(extack, "EL2 refused");
		return -EREMOTEIO;
	}
}

/* A socket has been closed: VMs that are bound to it go. They are all of the initial namespace. */
static int port_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    net_eq(notify->net, &init_net))
		pkvm_vm_release_port(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block port_notifier = { .notifier_call = port_event };

/* "do" and "dump" of a command have the same policy. */
static void merge_op(struct genl_ops *op, const struct genl_split_ops *half)
{
	op->cmd = half->cmd;
	op->policy = half->policy;
	op->maxattr = half->maxattr;
	op->flags |= half->flags & ~(GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP);
	if (half->flags & GENL_CMD_CAP_DO) {
		op->doit = half->doit;
	} else {
		op->dumpit = half->dumpit;
		op->done = half->done;
	}
}

/*
 * The generated table has an entry for each "do" and each "dump", those of a command
 * one behind the other. Registered like that, an operation without attributes would
 * take any and ignore them; as a whole operation it refuses them.
 */
static int join_ops(struct genl_family *family)
{
	const struct genl_split_ops *halves = family->split_ops;
	unsigned int i, n_halves = family->n_split_ops, n = 0;
	struct genl_ops *ops = kcalloc(n_halves, sizeof(*ops), GFP_KERNEL);

	if (!ops)
		return -ENOMEM;
	for (i = 0; i < n_halves; i++) {
		if (!n || ops[n - 1].cmd != halves[i].cmd)
			n++;
		merge_op(&ops[n - 1], &halves[i]);
	}
	/* In this order: on old kernels these are the same members, see compat.h. */
	family->split_ops = NULL;
	family->n_split_ops = 0;
	family->ops = ops;
	family->n_ops = n;
	return 0;
}

int pkvm_netlink_register(void)
{
	int err = join_ops(&pkvm_nl_family);

	if (err)
		return err;
	err = netlink_register_notifier(&port_notifier);
	if (err)
		goto err_ops;
	err = genl_register_family(&pkvm_nl_family);
	if (err)
		goto err_notifier;
	pkvm_notify_start();
	return 0;

err_notifier:
	netlink_unregister_notifier(&port_notifier);
err_ops:
	kfree(pkvm_nl_family.ops);
	return err;
}

/* A family of ours that is registered cannot fail to be unregistered. */
void pkvm_netlink_unregister(void)
{
	pkvm_notify_stop();
	genl_unregister_family(&pkvm_nl_family);
	netlink_unregister_notifier(&port_notifier);
	kfree(pkvm_nl_family.ops);
}
