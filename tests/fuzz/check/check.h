/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check's assertions that the simulated machine uses, for a process that is no test of Check's. */
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ck_abort_msg(...)						\
	do {								\
		fprintf(stderr, __VA_ARGS__);				\
		fprintf(stderr, " (%s:%d)\n", __FILE__, __LINE__);	\
		abort();						\
	} while (0)

#define ck_assert(cond)							\
	do {								\
		if (!(cond))						\
			ck_abort_msg("not so: %s", #cond);		\
	} while (0)

#define ck_assert_int_eq(a, b)	ck_assert((intmax_t)(a) == (intmax_t)(b))
#define ck_assert_uint_eq(a, b)	ck_assert((uintmax_t)(a) == (uintmax_t)(b))
#define ck_assert_uint_le(a, b)	ck_assert((uintmax_t)(a) <= (uintmax_t)(b))
#define ck_assert_uint_lt(a, b)	ck_assert((uintmax_t)(a) < (uintmax_t)(b))
#define ck_assert_uint_gt(a, b)	ck_assert((uintmax_t)(a) > (uintmax_t)(b))
#define ck_assert_uint_ge(a, b)	ck_assert((uintmax_t)(a) >= (uintmax_t)(b))

#endif
