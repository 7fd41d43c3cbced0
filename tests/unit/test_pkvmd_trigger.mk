# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_trigger
test_pkvmd_trigger_SRCS := daemon/pkvmd/trigger.c daemon/pkvmd/log.c
test_pkvmd_trigger_CFLAGS = $(shell pkg-config --cflags libsystemd 2>/dev/null)
test_pkvmd_trigger_LIBS = $(shell pkg-config --libs libsystemd 2>/dev/null)
