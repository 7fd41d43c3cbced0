/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sleeping takes no time; how much was slept is added up (env.h). */
#ifndef FAKE_LINUX_DELAY_H
#define FAKE_LINUX_DELAY_H

extern unsigned long fake_slept_ms;

static inline void msleep(unsigned int ms)
{
	fake_slept_ms += ms;
}

#endif
