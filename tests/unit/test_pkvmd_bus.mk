# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_bus
test_pkvmd_bus_SRCS = $(sort $(wildcard daemon/pkvmd/bus*.c) $(PKVMD_FACE_SRCS) \
	daemon/pkvmd/polkit.c daemon/pkvmd/decisions.c daemon/pkvmd/log.c daemon/pkvmd/psi.c tests/unit/fake/bus.c \
	$(filter-out daemon/ctl/main.c,$(wildcard daemon/ctl/*.c)))
test_pkvmd_bus_CFLAGS = $(PKVMD_FACE_CFLAGS) -Idaemon/ctl \
	$(shell pkg-config --cflags smartcols ncursesw 2>/dev/null)
test_pkvmd_bus_LIBS = $(PKVMD_FACE_LIBS) $(shell pkg-config --libs smartcols ncursesw 2>/dev/null)
