# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_recent
test_ctl_recent_SRCS := daemon/ctl/recent.c
test_ctl_recent_CFLAGS := -D_GNU_SOURCE -Idaemon/ctl
