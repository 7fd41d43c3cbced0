# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_trace
test_trace_SRCS := $(HYP_PORTABLE) $(HYP_MACHINE)
