# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_host_topup
test_host_topup_SRCS := kmod/topup.c kmod/arena.c kmod/memcache.c kmod/stats.c tests/unit/fake/kernel/env.c
test_host_topup_CFLAGS := -Itests/unit/fake/kernel -Ikmod
