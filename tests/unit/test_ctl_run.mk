# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_run
test_ctl_run_SRCS := $(filter-out daemon/ctl/main.c,$(wildcard daemon/ctl/*.c))
test_ctl_run_SRCS += $(wildcard daemon/metrics/*.c) daemon/pkvmd/psi.c tests/unit/fake/client.c
# posix_openpt() and its kin.
test_ctl_run_CFLAGS := -D_GNU_SOURCE -Idaemon/ctl -Idaemon/lib -Iinclude/uapi
test_ctl_run_CFLAGS += $(shell pkg-config --cflags smartcols ncursesw libsystemd 2>/dev/null)
test_ctl_run_LIBS := $(shell pkg-config --libs smartcols ncursesw libsystemd 2>/dev/null)
