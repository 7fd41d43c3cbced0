# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_run
# All of pkvmctl but main() and what acts on the machine.
CTL_RUN_FAKED := main.c module.c child.c tracefs.c recent.c
CTL_RUN_SRCS := $(filter-out $(addprefix daemon/ctl/,$(CTL_RUN_FAKED)),$(wildcard daemon/ctl/*.c))
CTL_RUN_SRCS += $(wildcard daemon/metrics/*.c) daemon/pkvmd/psi.c
CTL_RUN_SRCS += $(addprefix tests/unit/fake/,client.c ctl_run.c probe.c)
test_ctl_run_SRCS := $(CTL_RUN_SRCS)
# posix_openpt() and its kin.
test_ctl_run_CFLAGS := -D_GNU_SOURCE -Idaemon/ctl -Idaemon/lib -Iinclude/uapi -Ibpf
test_ctl_run_CFLAGS += $(shell pkg-config --cflags smartcols ncursesw libsystemd 2>/dev/null)
test_ctl_run_LIBS := $(shell pkg-config --libs smartcols ncursesw libsystemd 2>/dev/null)
