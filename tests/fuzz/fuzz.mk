# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzers, for a bounded number of runs from a fixed seed and without a corpus:
# the same every time. To search on: build/native/fuzz/fuzz_heap <folder>.

FUZZ_BUILD := $(BUILD)/native/fuzz
FUZZ_RUNS ?= 20000
FUZZ_CFLAGS := $(CFLAGS_COMMON) -g -O1 -fsanitize=fuzzer,address,undefined
FUZZ_CFLAGS += -fno-sanitize-recover=all -Iinclude

FUZZ_HEAP_SRCS := tests/fuzz/fuzz_heap.c tests/unit/fake/heap_env.c $(wildcard kmod/hyp/heap*.c)

$(FUZZ_BUILD)/fuzz_heap: $(FUZZ_HEAP_SRCS) \
		$(wildcard tests/unit/fake/*.h kmod/hyp/*.h include/pkvm/*.h)
	@echo "  FUZZ    fuzz_heap"
	@command -v $(CLANG) >/dev/null || \
		{ echo >&2 "The fuzzers need clang: apt-get install clang libclang-rt-14-dev"; exit 1; }
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -o $@ $(FUZZ_HEAP_SRCS)

# What a failing run wrote is kept beside its log. For results see tests/check/run.
check-fuzz: $(FUZZ_BUILD)/fuzz_heap
	$(Q)result=PASS; \
	$< -runs=$(FUZZ_RUNS) -seed=1 -max_len=1200 -len_control=0 -artifact_prefix=$<. \
		>$<.log 2>&1 || { result=FAIL; tail -n 40 $<.log; }; \
	tail -n 1 $<.log; \
	echo "$$result fuzz_heap" >>"$${PKVM_RESULTS:-/dev/null}"; \
	[[ $$result = PASS ]]
