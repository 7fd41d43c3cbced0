# SPDX-License-Identifier: GPL-2.0-or-later
# The eBPF probes: bpf/NAME.bpf.c becomes build/bpf/NAME.skel.h, which the programs include.
# BPF is the same for every machine that has our byte order.

BPF_BUILD := $(BUILD)/bpf
BPF_SKELETONS := $(patsubst bpf/%.bpf.c,$(BPF_BUILD)/%.skel.h,$(wildcard bpf/*.bpf.c))
BPF_CFLAGS := -target bpf -Iinclude -ffreestanding -O2 -g -std=gnu11 -Wall -Wextra -Werror
# Headers of libbpf and of the kernel's interface: the target's.
ifeq ($(MACHINE),aarch64)
BPF_CFLAGS += -I/usr/include/aarch64-linux-gnu
BPF_NEEDS := packages
else
BPF_CFLAGS += -isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/aarch64-linux-gnu
BPF_NEEDS := packages $(SYSROOT_STAMP)
endif

$(BPF_BUILD)/%.bpf.o: bpf/%.bpf.c | $(BPF_NEEDS)
	@mkdir -p $(@D)
	@echo "  BPF     $@"
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

# Linking drops what only debuggers read. The file is complete when it has its name.
$(BPF_SKELETONS): $(BPF_BUILD)/%.skel.h: $(BPF_BUILD)/%.bpf.o
	@echo "  SKEL    $@"
	$(Q)bpftool gen object $(BPF_BUILD)/$*.linked.o $<
	$(Q)bpftool gen skeleton $(BPF_BUILD)/$*.linked.o name $* >$@.new
	$(Q)mv $@.new $@

.SECONDARY: $(BPF_SKELETONS:.skel.h=.bpf.o)
-include $(wildcard $(BPF_BUILD)/*.bpf.d)
