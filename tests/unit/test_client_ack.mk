# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_client_ack
test_client_ack_SRCS := daemon/lib/ack.c
test_client_ack_CFLAGS = -Idaemon/lib $(shell pkg-config --cflags libnl-3.0 2>/dev/null)
test_client_ack_LIBS = $(shell pkg-config --libs libnl-3.0 2>/dev/null)
