# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_bus_probe
test_pkvmd_bus_probe_SRCS = $(sort $(wildcard daemon/pkvmd/bus*.c) $(PKVMD_FACE_SRCS) \
	$(addprefix daemon/pkvmd/,polkit.c decisions.c log.c) tests/unit/fake/bus.c)
test_pkvmd_bus_probe_CFLAGS = $(PKVMD_FACE_CFLAGS)
test_pkvmd_bus_probe_LIBS = $(PKVMD_FACE_LIBS)
