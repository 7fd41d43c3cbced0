# SPDX-License-Identifier: GPL-2.0-or-later
# Figures of the heap, measured natively. The report over all figures is el2.mk's.

HEAP_BENCH := $(BUILD)/native/bench/heap_bench
HEAP_BENCH_SRCS := $(wildcard tests/bench/*.c kmod/hyp/heap*.c)

$(HEAP_BENCH): $(HEAP_BENCH_SRCS) $(wildcard tests/bench/*.h kmod/hyp/*.h include/pkvm/*.h)
	@echo "  CC      $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC_NATIVE) $(CFLAGS_COMMON) -O2 -g -Iinclude -o $@ $(HEAP_BENCH_SRCS)

.PHONY: bench-heap
bench-heap: $(HEAP_BENCH)
	@echo "  BENCH   heap"
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)tests/bench/heap_run $(HEAP_BENCH) >$(BUILD)/bench/heap.json

bench: bench-heap
