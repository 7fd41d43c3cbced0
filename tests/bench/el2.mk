# SPDX-License-Identifier: GPL-2.0-or-later
# Figures of the real EL2, counted in instructions in a machine under icount, and
# the report over all figures.

EL2_BENCH_DIR := $(BUILD)/el2_bench
EL2_BENCH := $(EL2_BENCH_DIR)/el2_bench.ko
EL2_BENCH_SRCS := $(wildcard tests/bench/el2/*) $(wildcard include/pkvm/*.h)

$(EL2_BENCH): $(EL2_BENCH_SRCS) $(KERNEL_STAMP)
	@echo "  KMOD    $@"
	$(Q)mkdir -p $(@D)/include
	$(Q)cp -a tests/bench/el2/. $(@D)
	$(Q)cp -a include/pkvm $(@D)/include
	+$(Q)$(KERNEL_MAKE) -s --no-print-directory M=$(abspath $(@D)) ARCH=arm64 \
		CROSS_COMPILE=$(CROSS) modules
	$(Q)touch $@

.PHONY: bench-el2
bench-el2: $(EL2_BENCH) $(KMOD_NOTRACE) $(KMOD_DEBUG) guest
	@echo "  BENCH   EL2"
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)tests/bench/el2_run $(EL2_BENCH) $(KMOD_DEBUG) >$(BUILD)/bench/el2.json
	@echo "  BENCH   trace"
	$(Q)tests/bench/trace_run $(EL2_BENCH) $(KMOD_NOTRACE) >$(BUILD)/bench/trace.json

bench: bench-el2
	$(Q)tests/bench/report $(BUILD)/bench.json $(BUILD)/bench/*.json
