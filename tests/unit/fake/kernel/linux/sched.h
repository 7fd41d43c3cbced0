/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One task, which the tests are. */
#ifndef FAKE_LINUX_SCHED_H
#define FAKE_LINUX_SCHED_H

#include <linux/types.h>

struct task_struct {
	bool killed;
};

extern struct task_struct fake_task;
#define current		(&fake_task)

static inline void cond_resched(void)
{
}

#endif
