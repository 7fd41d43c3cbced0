# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_host_reclaim
test_host_reclaim_SRCS := kmod/reclaim.c kmod/arena.c kmod/memcache.c kmod/stats.c tests/unit/fake/kernel/env.c
test_host_reclaim_CFLAGS := -Itests/unit/fake/kernel -Ikmod
