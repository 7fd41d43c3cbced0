/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's basic types and what every kernel file gets without asking, for native tests. */
#ifndef FAKE_LINUX_TYPES_H
#define FAKE_LINUX_TYPES_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
typedef unsigned int gfp_t;

#define READ_ONCE(x)			(*(const volatile __typeof__(x) *)&(x))
#define smp_store_release(p, v)		__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define cmpxchg(p, old, new)		__sync_val_compare_and_swap(p, old, new)

#endif
