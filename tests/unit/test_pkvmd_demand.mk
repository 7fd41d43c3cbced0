# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_demand
test_pkvmd_demand_SRCS := daemon/pkvmd/demand.c
