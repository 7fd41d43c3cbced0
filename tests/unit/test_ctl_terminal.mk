# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_terminal
test_ctl_terminal_SRCS := $(addprefix daemon/ctl/,progress.c style.c format.c size.c message.c)
# posix_openpt() and its kin.
test_ctl_terminal_CFLAGS := -Idaemon/ctl -D_GNU_SOURCE
