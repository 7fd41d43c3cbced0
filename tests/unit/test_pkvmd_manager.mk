# SPDX-License-Identifier: GPL-2.0-or-later
# pkvmd over the client library over a fake kernel; without bus and metrics.
UNIT_TESTS += test_pkvmd_manager
PKVMD_MANAGER_SRCS := $(addprefix daemon/pkvmd/,config.c config_key.c config_load.c \
	config_value.c counters.c decisions.c demand.c dropins.c link.c log.c manager.c \
	manager_step.c manager_tell.c policy.c policy_name.c probe_watch.c runner.c store.c) \
	$(sort $(wildcard daemon/lib/*.c)) daemon/ctl/message.c daemon/ctl/size.c \
	$(addprefix tests/unit/fake/,netlink.c netlink_module.c pressure.c probe.c)
PKVMD_MANAGER_CFLAGS := -Idaemon/lib -Iinclude/uapi -Ibpf \
	$(shell pkg-config --cflags libnl-genl-3.0 libsystemd 2>/dev/null)
PKVMD_MANAGER_LIBS := $(shell pkg-config --libs libnl-genl-3.0 libsystemd inih 2>/dev/null)

test_pkvmd_manager_SRCS := $(PKVMD_MANAGER_SRCS)
test_pkvmd_manager_CFLAGS := $(PKVMD_MANAGER_CFLAGS)
test_pkvmd_manager_LIBS := $(PKVMD_MANAGER_LIBS)
