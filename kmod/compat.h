/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels from 6.1 to 7.2. Nothing else looks at their version. */
#ifndef PKVM_KMOD_COMPAT_H
#define PKVM_KMOD_COMPAT_H

/* Before shrinker.h, which up to 6.1 does not include all that it needs. */
#include <linux/slab.h>

#include <linux/shrinker.h>
#include <linux/version.h>

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

#endif
