# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_client_payload
test_client_payload_SRCS := daemon/lib/payload.c
test_client_payload_CFLAGS = -Idaemon/lib -Iinclude/uapi $(shell pkg-config --cflags libnl-genl-3.0 2>/dev/null)
test_client_payload_LIBS = $(shell pkg-config --libs libnl-genl-3.0 2>/dev/null)
