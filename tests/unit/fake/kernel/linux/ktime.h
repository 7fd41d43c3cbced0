/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock: steps with every look. */
#ifndef FAKE_LINUX_KTIME_H
#define FAKE_LINUX_KTIME_H

#include <linux/types.h>

u64 ktime_get_ns(void);

#endif
