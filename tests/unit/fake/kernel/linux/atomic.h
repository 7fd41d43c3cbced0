/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Atomic counters. */
#ifndef FAKE_LINUX_ATOMIC_H
#define FAKE_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic64_add(n, v)	((void)__atomic_fetch_add(&(v)->counter, n, __ATOMIC_RELAXED))
#define atomic64_read(v)	__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)

#endif
