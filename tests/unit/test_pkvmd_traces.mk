# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_traces
test_pkvmd_traces_SRCS := $(test_pkvmd_policy_SRCS)
test_pkvmd_traces_CFLAGS := -Iinclude/uapi
test_pkvmd_traces_LIBS := -lm
