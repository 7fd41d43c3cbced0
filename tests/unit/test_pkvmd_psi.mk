# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_psi
test_pkvmd_psi_SRCS := daemon/pkvmd/psi.c daemon/pkvmd/counters.c
test_pkvmd_psi_CFLAGS := -Iinclude/uapi
