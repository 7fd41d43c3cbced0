# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_trace
test_ctl_trace_SRCS = $(CTL_RUN_SRCS)
test_ctl_trace_CFLAGS = $(test_ctl_run_CFLAGS)
test_ctl_trace_LIBS = $(test_ctl_run_LIBS)
