/* SPDX-License-Identifier: GPL-2.0-only */
/* How long EL2's locks are held, in debug images. */
#ifndef HYP_LOCK_TIME_H
#define HYP_LOCK_TIME_H

#include "types.h"

/* The longest that any lock was held since load, in ticks of the counter. */
u64 lock_time_longest(void);

#endif
