# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_host_request
test_host_request_SRCS := kmod/request.c kmod/stats.c tests/unit/fake/kernel/env.c
test_host_request_CFLAGS := -Itests/unit/fake/kernel -Ikmod
