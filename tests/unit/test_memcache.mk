# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_memcache
test_memcache_SRCS := kmod/arena.c kmod/memcache.c tests/unit/fake/kernel/env.c
test_memcache_CFLAGS := -Itests/unit/fake/kernel -Ikmod
