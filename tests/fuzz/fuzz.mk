# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzers, for a bounded number of runs from a fixed seed and without a corpus:
# the same every time. To search on: build/native/fuzz/fuzz_heap <folder>.

FUZZ_BUILD := $(BUILD)/native/fuzz
FUZZ_CFLAGS := $(CFLAGS_COMMON) -g -O1 -fsanitize=fuzzer,address,undefined
FUZZ_CFLAGS += -fno-sanitize-recover=all -Iinclude

# Each has its sources, the number of runs, and the longest input.
FUZZERS := fuzz_heap fuzz_pages fuzz_config fuzz_netlink
fuzz_heap_SRCS := tests/fuzz/fuzz_heap.c tests/unit/fake/heap_env.c $(wildcard kmod/hyp/heap*.c)
fuzz_heap_RUNS ?= 20000
fuzz_heap_MAX := 1200
fuzz_pages_SRCS := tests/fuzz/fuzz_pages.c $(HYP_PORTABLE) $(HYP_MACHINE)
fuzz_pages_RUNS ?= 600
fuzz_pages_MAX := 360
# The simulated machine asserts with Check.
fuzz_pages_CFLAGS := -Itests/fuzz/check

fuzz_config_SRCS := tests/fuzz/fuzz_config.c $(addprefix daemon/pkvmd/,config.c config_key.c \
	config_load.c config_value.c dropins.c psi.c) daemon/ctl/message.c daemon/ctl/size.c
fuzz_config_RUNS ?= 20000
fuzz_config_MAX := 400
fuzz_config_CFLAGS := -Iinclude/uapi
fuzz_config_LIBS = $(shell pkg-config --libs inih 2>/dev/null)
fuzz_netlink_SRCS := tests/fuzz/fuzz_netlink.c daemon/lib/ack.c daemon/lib/payload.c
fuzz_netlink_RUNS ?= 1000000
fuzz_netlink_MAX := 600
fuzz_netlink_CFLAGS = -Iinclude/uapi -Idaemon/lib $(shell pkg-config --cflags libnl-genl-3.0 2>/dev/null)
fuzz_netlink_LIBS = $(shell pkg-config --libs libnl-genl-3.0 2>/dev/null)

# $(1): a fuzzer
define fuzzer
$(FUZZ_BUILD)/$(1): $$($(1)_SRCS) \
		$(wildcard $(addsuffix /*.h,tests/fuzz tests/fuzz/check tests/unit/fake kmod/hyp \
			include/pkvm daemon/lib daemon/ctl daemon/pkvmd))
	@echo "  FUZZ    $(1)"
	@command -v $$(CLANG) >/dev/null || \
		{ echo >&2 "The fuzzers need clang: apt-get install clang libclang-rt-14-dev"; exit 1; }
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CLANG) $$(FUZZ_CFLAGS) $$($(1)_CFLAGS) -o $$@ $$($(1)_SRCS) $$($(1)_LIBS)

# What a failing run wrote is kept beside its log. For results see tests/check/run.
.PHONY: check-$(1)
check-$(1): $(FUZZ_BUILD)/$(1)
	$$(Q)result=PASS; \
	$$< -runs=$$($(1)_RUNS) -seed=1 -max_len=$$($(1)_MAX) -len_control=0 -artifact_prefix=$$<. \
		>$$<.log 2>&1 || { result=FAIL; tail -n 40 $$<.log; }; \
	tail -n 1 $$<.log; \
	echo "$$$$result $(1)" >>"$$$${PKVM_RESULTS:-/dev/null}"; \
	[[ $$$$result = PASS ]]
check-fuzz: check-$(1)
endef

$(foreach name,$(FUZZERS),$(eval $(call fuzzer,$(name))))
