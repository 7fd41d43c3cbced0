# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_http
test_pkvmd_http_SRCS = daemon/pkvmd/http.c $(PKVMD_FACE_SRCS)
test_pkvmd_http_CFLAGS = $(PKVMD_FACE_CFLAGS)
test_pkvmd_http_LIBS = $(PKVMD_FACE_LIBS) $(shell pkg-config --libs libmicrohttpd 2>/dev/null)
