/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FAKE_LINUX_LIMITS_H
#define FAKE_LINUX_LIMITS_H

#include <stdint.h>

#define U64_MAX	UINT64_MAX

#endif
