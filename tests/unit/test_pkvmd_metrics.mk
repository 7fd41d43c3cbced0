# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_pkvmd_metrics
PKVMD_FACE_SRCS := $(addprefix daemon/pkvmd/,metrics.c metrics_probe.c probe_read.c counters.c \
	policy_name.c config.c config_key.c config_value.c) $(wildcard daemon/metrics/*.c) \
	$(addprefix daemon/ctl/,message.c names.c size.c words.c) \
	tests/unit/fake/pkvmd.c tests/unit/fake/client.c
PKVMD_FACE_SRCS += tests/unit/fake/probe.c
PKVMD_FACE_CFLAGS := -Idaemon/pkvmd -Idaemon/lib -Iinclude/uapi -Ibpf
PKVMD_FACE_LIBS := $(shell pkg-config --libs libsystemd 2>/dev/null)

test_pkvmd_metrics_SRCS := $(PKVMD_FACE_SRCS)
test_pkvmd_metrics_CFLAGS := $(PKVMD_FACE_CFLAGS)
test_pkvmd_metrics_LIBS := $(PKVMD_FACE_LIBS)
