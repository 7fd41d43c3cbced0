# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_policy
test_pkvmd_policy_SRCS := $(addprefix daemon/pkvmd/,policy.c policy_name.c demand.c config.c \
	config_key.c config_value.c) daemon/ctl/message.c daemon/ctl/size.c
test_pkvmd_policy_CFLAGS := -Iinclude/uapi
