/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace clock: the test's. */
#ifndef FAKE_LINUX_TRACE_CLOCK_H
#define FAKE_LINUX_TRACE_CLOCK_H

#include <linux/types.h>

u64 trace_clock_local(void);

#endif
