// SPDX-License-Identifier: GPL-2.0-only
/*
 * memset and memcpy for the freestanding image (C11 7.24): words where both ends
 * are aligned, bytes elsewhere. Volatile stores and inline assembly keep the
 * compiler from turning the loops into calls of themselves.
 */
#include "string.h"
#include "types.h"

#define WORD_ALIGNED(x)	IS_ALIGNED((u64)(x), sizeof(u64))

void *memset(void *dst, int c, size_t n)
{
	const u64 word = 0x0101010101010101 * (u8)c;
	u8 *d = dst;

	if (WORD_ALIGNED(d))
		for (; n >= 16; n -= 16)
			asm volatile("stp %1, %1, [%0], #16" : "+r" (d) : "r" (word) : "memory");
	while (n--)
		WRITE_ONCE(*d++, (u8)c);
	return dst;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	const u8 *s = src;
	u8 *d = dst;

	if (WORD_ALIGNED(d) && WORD_ALIGNED(s))
		for (; n >= sizeof(u64); n -= sizeof(u64), d += sizeof(u64), s += sizeof(u64))
			WRITE_ONCE(*(u64 *)d, *(const u64 *)s);
	while (n--)
		WRITE_ONCE(*d++, *s++);
	return dst;
}
