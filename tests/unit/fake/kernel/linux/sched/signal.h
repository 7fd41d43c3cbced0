/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fatal signals. */
#ifndef FAKE_LINUX_SCHED_SIGNAL_H
#define FAKE_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

static inline bool fatal_signal_pending(const struct task_struct *task)
{
	return task->killed;
}

#endif
