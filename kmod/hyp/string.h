/* SPDX-License-Identifier: GPL-2.0-only */
/* What the compiler may call behind our back, and the little that EL2 calls itself; C11 7.24. */
#ifndef HYP_STRING_H
#define HYP_STRING_H

#include <stddef.h>

void *memset(void *dst, int c, size_t n);
void *memcpy(void *restrict dst, const void *restrict src, size_t n);

#endif
