# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_config
test_pkvmd_config_SRCS := $(addprefix daemon/pkvmd/,config.c config_key.c config_value.c \
	config_load.c dropins.c) daemon/ctl/message.c daemon/ctl/size.c
test_pkvmd_config_CFLAGS := -Iinclude/uapi
test_pkvmd_config_LIBS = $(shell pkg-config --libs inih 2>/dev/null)
