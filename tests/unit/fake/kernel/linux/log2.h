/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Powers of two. */
#ifndef FAKE_LINUX_LOG2_H
#define FAKE_LINUX_LOG2_H

#define ilog2(n)		(63 - __builtin_clzl(n))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))

#endif
