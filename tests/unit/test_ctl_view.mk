# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_view
test_ctl_view_SRCS := $(addprefix daemon/ctl/,\
	view_host.c view_heap.c view_page.c view_vm.c view_event.c view_daemon.c top.c fields.c names.c words.c \
	record.c json.c heapmap.c doctor.c facts.c format.c size.c message.c)
test_ctl_view_CFLAGS := -Idaemon/ctl -Idaemon/lib -Iinclude/uapi
test_ctl_view_CFLAGS += $(shell pkg-config --cflags smartcols 2>/dev/null)
test_ctl_view_LIBS := $(shell pkg-config --libs smartcols 2>/dev/null)
