# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_mask
test_ctl_mask_SRCS := daemon/ctl/mask.c
test_ctl_mask_CFLAGS := -Idaemon/ctl
