# SPDX-License-Identifier: GPL-2.0-or-later
# Figures of pkvmd, in a booted machine under icount.

.PHONY: bench-pkvmd
bench-pkvmd: guest system-guest
	@echo "  BENCH   pkvmd"
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)tests/bench/pkvmd_run >$(BUILD)/bench/pkvmd.json

# Before the report, which is part of the recipe of bench.
bench: bench-pkvmd
