# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_arena
test_arena_SRCS := kmod/arena.c tests/unit/fake/kernel/env.c
test_arena_CFLAGS := -Itests/unit/fake/kernel -Ikmod
