# SPDX-License-Identifier: GPL-2.0-or-later
# A part of test_pkvmd_manager.
test_pkvmd_manager_SRCS += tests/unit/test_pkvmd_manager_config.c
