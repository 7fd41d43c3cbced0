# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_host_clock
test_host_clock_SRCS := kmod/hyptrace_clock.c
test_host_clock_CFLAGS := -Itests/unit/fake/kernel -Ikmod
