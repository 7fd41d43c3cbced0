# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_size
test_ctl_size_SRCS := daemon/ctl/size.c daemon/ctl/format.c daemon/ctl/message.c
test_ctl_size_CFLAGS := -Idaemon/ctl
