/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU's counter: the test's. */
#ifndef FAKE_ASM_ARCH_TIMER_H
#define FAKE_ASM_ARCH_TIMER_H

#include <linux/types.h>

u64 arch_timer_read_counter(void);
u32 arch_timer_get_cntfrq(void);

#endif
