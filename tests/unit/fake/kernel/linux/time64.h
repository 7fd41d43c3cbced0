/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FAKE_LINUX_TIME64_H
#define FAKE_LINUX_TIME64_H

#define NSEC_PER_SEC	1000000000L

#endif
