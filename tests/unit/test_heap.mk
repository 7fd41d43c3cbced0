# SPDX-License-Identifier: GPL-2.0-or-later
HEAP_SRCS := $(wildcard kmod/hyp/heap*.c)
HEAP_TEST_SRCS := $(HEAP_SRCS) tests/unit/fake/heap_env.c

UNIT_TESTS += test_heap test_heap_corrupt test_heap_model
test_heap_SRCS := $(HEAP_TEST_SRCS)
test_heap_corrupt_SRCS := $(HEAP_TEST_SRCS)
test_heap_model_SRCS := $(HEAP_TEST_SRCS)
