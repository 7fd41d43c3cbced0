# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_args
test_ctl_args_SRCS := $(addprefix daemon/ctl/,args.c hypevents.c verbs.c help.c size.c words.c message.c)
test_ctl_args_CFLAGS := -Idaemon/ctl -Iinclude/uapi
