# SPDX-License-Identifier: GPL-2.0-or-later
# All of pkvmd but its command line, over a fake kernel.
UNIT_TESTS += test_pkvmd_daemon
test_pkvmd_daemon_SRCS = $(filter-out daemon/pkvmd/main.c daemon/pkvmd/options.c, \
	$(sort $(wildcard daemon/pkvmd/*.c))) $(sort $(wildcard daemon/lib/*.c)) \
	$(sort $(wildcard daemon/metrics/*.c)) daemon/ctl/message.c daemon/ctl/names.c \
	daemon/ctl/size.c daemon/ctl/words.c \
	$(addprefix tests/unit/fake/,netlink.c netlink_module.c bus.c probe.c)
test_pkvmd_daemon_CFLAGS = -Idaemon/lib -Iinclude/uapi -Ibpf -Idaemon/ctl \
	$(shell pkg-config --cflags libnl-genl-3.0 libsystemd 2>/dev/null)
test_pkvmd_daemon_LIBS = \
	$(shell pkg-config --libs libnl-genl-3.0 libsystemd inih libmicrohttpd 2>/dev/null)
