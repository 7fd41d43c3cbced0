/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs in generic netlink between the kernels from 6.1 to 7.2; the
 * generated code includes it, too.
 */
#ifndef PKVM_KMOD_COMPAT_GENL_H
#define PKVM_KMOD_COMPAT_GENL_H

#include <linux/slab.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * Before 6.7, and 6.1.67 among the older stable ones, a group cannot ask for a
 * capability: what is for administrators only would be sent to everyone.
 */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#error "this kernel cannot restrict a generic netlink group: 6.1.67, 6.6.6 or 6.7 can"
#endif

/* The generated ranges are constant, which the policy's pointer to them is not before 6.8. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, range_) {			\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),		\
	.validation_type = NLA_VALIDATE_RANGE_PTR,		\
	.range = (struct netlink_range_validation *)(range_),	\
}
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)

static inline int pkvm_compat_genl_register(struct genl_family *family)
{
	return genl_register_family(family);
}

static inline int pkvm_compat_genl_unregister(struct genl_family *family)
{
	return genl_unregister_family(family);
}

#else

/*
 * Operations are split in "do" and "dump" from 6.2 on, and the generator knows
 * nothing else. Before, one entry has both: the fields are the same, so the
 * generated table is one of whole operations in which a command may stand twice,
 * one behind the other, with the same policy.
 */
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops

static inline void pkvm_compat_merge_op(struct genl_ops *op, const struct genl_ops *half)
{
	op->flags |= half->flags;
	if (half->doit)
		op->doit = half->doit;
	if (!half->dumpit)
		return;
	op->start = half->start;
	op->dumpit = half->dumpit;
	op->done = half->done;
}

/* Registers with one entry a command. Returns 0 or an errno. */
static inline int pkvm_compat_genl_register(struct genl_family *family)
{
	struct genl_ops *ops = kcalloc(family->n_ops, sizeof(*ops), GFP_KERNEL);
	unsigned int i, n = 0;
	int err;

	if (!ops)
		return -ENOMEM;
	for (i = 0; i < family->n_ops; i++) {
		if (n && ops[n - 1].cmd == family->ops[i].cmd)
			pkvm_compat_merge_op(&ops[n - 1], &family->ops[i]);
		else
			ops[n++] = family->ops[i];
	}
	family->ops = ops;
	family->n_ops = n;
	err = genl_register_family(family);
	if (err)
		kfree(ops);
	return err;
}

static inline int pkvm_compat_genl_unregister(struct genl_family *family)
{
	int err = genl_unregister_family(family);

	kfree(family->ops);
	return err;
}

#endif

/* The attributes of a dump request; NULL when its operation has no policy. */
static inline struct nlattr **pkvm_compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif
