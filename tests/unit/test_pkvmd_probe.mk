# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_probe
test_pkvmd_probe_SRCS = $(PKVMD_MANAGER_SRCS)
test_pkvmd_probe_CFLAGS = $(PKVMD_MANAGER_CFLAGS)
test_pkvmd_probe_LIBS = $(PKVMD_MANAGER_LIBS)
