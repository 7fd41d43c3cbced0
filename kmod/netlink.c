// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: its life, and what all operations share. */
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/stringify.h>

#include <pkvm/hypercall.h>

#include "compat_genl.h"
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

int pkvm_netlink_register(void)
{
	int err = netlink_register_notifier(&port_notifier);

	if (err)
		return err;
	err = pkvm_compat_genl_register(&pkvm_nl_family);
	if (err) {
		netlink_unregister_notifier(&port_notifier);
		return err;
	}
	pkvm_notify_start();
	return 0;
}

void pkvm_netlink_unregister(void)
{
	pkvm_notify_stop();
	pkvm_compat_genl_unregister(&pkvm_nl_family);
	netlink_unregister_notifier(&port_notifier);
}
