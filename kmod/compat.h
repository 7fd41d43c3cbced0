/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels from 6.1 to 7.2. Nothing else looks at their version. The
 * generated code of the netlink family includes it, too.
 */
#ifndef PKVM_KMOD_COMPAT_H
#define PKVM_KMOD_COMPAT_H

/* Before shrinker.h, which up to 6.1 does not include all that it needs. */
#include <linux/slab.h>

#include <linux/shrinker.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * Shrinkers are allocated by the kernel, and registering cannot fail, from 6.7 on.
 * pkvm_compat_shrinker_free() also unregisters, and waits for running calls.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)

static inline struct shrinker *pkvm_compat_shrinker_alloc(const char *name)
{
	return shrinker_alloc(0, "%s", name);
}

static inline int pkvm_compat_shrinker_register(struct shrinker *shrinker, const char *name)
{
	shrinker_register(shrinker);
	return 0;
}

static inline void pkvm_compat_shrinker_free(struct shrinker *shrinker)
{
	shrinker_free(shrinker);
}

#else

static inline struct shrinker *pkvm_compat_shrinker_alloc(const char *name)
{
	return kzalloc(sizeof(struct shrinker), GFP_KERNEL);
}

static inline int pkvm_compat_shrinker_register(struct shrinker *shrinker, const char *name)
{
	return register_shrinker(shrinker, "%s", name);
}

/* Unregistering one that was never registered does nothing. */
static inline void pkvm_compat_shrinker_free(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}

#endif

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

/*
 * Operations can be registered split in "do" and "dump" from 6.2 on, and the generator
 * knows nothing else. Whole operations have the same fields, so that before it stands
 * for them; netlink.c makes whole ones of it, on all kernels.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
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
