# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_trace_ring
test_trace_ring_SRCS := kmod/hyp/trace_ring.c
