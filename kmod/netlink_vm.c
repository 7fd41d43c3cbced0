// SPDX-License-Identifier: GPL-2.0-only
/* Operations on VMs: vm-create, vm-destroy, vm-get. */
#include <pkvm/hypercall.h>

#include "compat.h"
#include "netlink_gen.h"
#include "netlink_msg.h"
#include "vm.h"

static_assert(PKVM_NL_MAX_VCPUS == PKVM_MAX_VCPUS);

/* The policy has checked each number for itself. Returns 0 or -EINVAL with its sentence. */
static int read_config(struct sk_buff *skb, struct genl_info *info, struct pkvm_vm_config *config)
{
	struct nlattr *vcpus = info->attrs[PKVM_A_VM_VCPUS];

	if (GENL_REQ_ATTR_CHECK(info, PKVM_A_VM_MAX_VCPUS)) {
		GENL_SET_ERR_MSG(info, "max-vcpus is missing: the number of vCPUs that the VM can have");
		return -EINVAL;
	}
	config->max_vcpus = nla_get_u32(info->attrs[PKVM_A_VM_MAX_VCPUS]);
	config->vcpus = vcpus ? nla_get_u32(vcpus) : 0;
	if (config->vcpus > config->max_vcpus) {
		NL_SET_ERR_MSG_ATTR(info->extack, vcpus, "more vCPUs than the VM can have");
		return -EINVAL;
	}
	config->portid = 0;
	config->sk = NULL;
	if (!info->attrs[PKVM_A_VM_BOUND])
		return 0;
	/* Port numbers of other namespaces are not unique. */
	if (!net_eq(genl_info_net(info), &init_net)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PKVM_A_VM_BOUND],
				    "a VM can only be bound from the initial network namespace");
		return -EINVAL;
	}
	config->portid = info->snd_portid;
	config->sk = NETLINK_CB(skb).sk;
	return 0;
}

int pkvm_nl_vm_create_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_vm_config config;
	struct pkvm_nl_reply reply;
	u32 handle = 0;
	int err = read_config(skb, info, &config) ?: pkvm_nl_begin(info, &reply);

	if (err)
		return err;
	err = pkvm_nl_explain(info->extack, pkvm_vm_create(&config, &handle)) ?:
	      nla_put_u32(reply.skb, PKVM_A_VM_HANDLE, handle);
	return pkvm_nl_finish(info, &reply, err);
}

/* As pkvm_nl_explain(); if there is no such VM, names the attribute that said which. */
static int explain(struct genl_info *info, int err)
{
	if (err == -ENOENT)
		NL_SET_BAD_ATTR(info->extack, info->attrs[PKVM_A_VM_HANDLE]);
	return pkvm_nl_explain(info->extack, err);
}

int pkvm_nl_vm_destroy_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *handle = info->attrs[PKVM_A_VM_HANDLE];
	struct pkvm_nl_reply reply;
	u32 destroyed = 1;
	int err;

	if (!handle == !info->attrs[PKVM_A_VM_ALL]) {
		GENL_SET_ERR_MSG(info, "either handle or all is needed: one of them, not both");
		return -EINVAL;
	}
	err = pkvm_nl_begin(info, &reply);
	if (err)
		return err;
	err = handle ? pkvm_vm_destroy(nla_get_u32(handle)) : pkvm_vm_destroy_all(&destroyed);
	err = explain(info, err) ?: nla_put_u32(reply.skb, PKVM_A_VM_DESTROYED, destroyed);
	return pkvm_nl_finish(info, &reply, err);
}

int pkvm_nl_put_vm(struct sk_buff *skb, const struct pkvm_vm_desc *vm)
{
	if (vm->portid && nla_put_flag(skb, PKVM_A_VM_BOUND))
		return -EMSGSIZE;
	return nla_put_u32(skb, PKVM_A_VM_HANDLE, vm->handle) ?:
	       nla_put_u32(skb, PKVM_A_VM_MAX_VCPUS, vm->max_vcpus) ?:
	       nla_put_u32(skb, PKVM_A_VM_VCPUS, vm->vcpus) ?:
	       nla_put_u64_64bit(skb, PKVM_A_VM_BYTES, vm->bytes, PKVM_A_VM_PAD) ?:
	       nla_put_u64_64bit(skb, PKVM_A_VM_REQUESTS, vm->requests, PKVM_A_VM_PAD) ?:
	       nla_put_u64_64bit(skb, PKVM_A_VM_PAGES, vm->pages, PKVM_A_VM_PAD) ?:
	       nla_put_u32(skb, PKVM_A_VM_PID, vm->pid) ?:
	       nla_put_string(skb, PKVM_A_VM_COMM, vm->comm) ?:
	       nla_put_u64_64bit(skb, PKVM_A_VM_AGE, vm->age_ns, PKVM_A_VM_PAD);
}

int pkvm_nl_vm_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pkvm_nl_reply reply;
	struct pkvm_vm_desc vm;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, PKVM_A_VM_HANDLE)) {
		GENL_SET_ERR_MSG(info, "handle is missing: which VM to describe");
		return -EINVAL;
	}
	err = explain(info, pkvm_vm_get(nla_get_u32(info->attrs[PKVM_A_VM_HANDLE]), &vm)) ?:
	      pkvm_nl_begin(info, &reply);
	return err ?: pkvm_nl_finish(info, &reply, pkvm_nl_put_vm(reply.skb, &vm));
}

/* Where a dump is. */
struct vm_cursor {
	bool started;
	u32 handle;		/* those up to here have had their turn */
};

static struct vm_cursor *start_or_go_on(struct netlink_callback *cb)
{
	struct vm_cursor *cursor = (struct vm_cursor *)cb->ctx;
	struct nlattr **attrs = pkvm_compat_dump_attrs(cb);

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	if (!cursor->started && attrs && attrs[PKVM_A_VM_HANDLE])
		cursor->handle = nla_get_u32(attrs[PKVM_A_VM_HANDLE]) - 1;
	cursor->started = true;
	return cursor;
}

static int dump_vm(struct sk_buff *skb, struct netlink_callback *cb, const struct pkvm_vm_desc *vm)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&pkvm_nl_family, NLM_F_MULTI, PKVM_CMD_VM_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (pkvm_nl_put_vm(skb, vm)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* A VM that comes or goes meanwhile is in the dump or not; all others are, once. */
int pkvm_nl_vm_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vm_cursor *cursor = start_or_go_on(cb);
	struct pkvm_vm_desc vm;
	int err;

	for (;;) {
		err = pkvm_vm_next(cursor->handle, &vm);
		if (err == -ENOENT)
			return skb->len;
		if (err)
			return pkvm_nl_explain(cb->extack, err);
		if (dump_vm(skb, cb, &vm))
			return skb->len;
		cursor->handle = vm.handle;
	}
}
