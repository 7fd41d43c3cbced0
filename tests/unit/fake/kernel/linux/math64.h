/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic with a wider product. */
#ifndef FAKE_LINUX_MATH64_H
#define FAKE_LINUX_MATH64_H

#include <linux/types.h>

static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 div)
{
	return (unsigned __int128)a * mul / div;
}

#endif
