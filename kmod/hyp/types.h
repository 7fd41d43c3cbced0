/* SPDX-License-Identifier: GPL-2.0-only */
/* Basic types and helpers of the EL2 image; compiler headers only, so it also builds natively. */
#ifndef HYP_TYPES_H
#define HYP_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

/* A physical address; never a pointer. */
typedef u64 phys_addr_t;

#define HYP_PAGE_SHIFT		12
#define HYP_PAGE_SIZE		(1UL << HYP_PAGE_SHIFT)
#define HYP_PAGE_MASK		(~(HYP_PAGE_SIZE - 1))

#define BIT(n)			(UINT64_C(1) << (n))
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN_UP(x, a)		ALIGN_DOWN((x) + ((a) - 1), a)
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

#endif
