# SPDX-License-Identifier: GPL-2.0-or-later
# The system tests (tests/system/run says how they work): what they take into the machine,
# and the stage that runs them. make check-system GROUPS="cli panic" runs some only.

SYSTEM := $(BUILD)/system
# All in this folder is pushed into every machine with this kernel.
SYSTEM_GUEST := $(SYSTEM)/guest-$(KVER)
SYSTEM_KMOD := $(SYSTEM)/modules-$(KVER)
SYSTEM_MODULE_SRCS := $(wildcard tests/system/modules/*)
SYSTEM_MODULES := stubcheck trespass firmware storm routes fragment tracepages
SYSTEM_CFLAGS := $(CFLAGS_COMMON) -O2 -g -Iinclude -Iinclude/uapi -Itests/system/programs

# Built aside and copied when whole.
$(SYSTEM_KMOD).stamp: $(SYSTEM_MODULE_SRCS) $(wildcard include/pkvm/*.h) $(KERNEL_STAMP)
	@echo "  KMOD    $(SYSTEM_KMOD)"
	$(Q)mkdir -p $(SYSTEM_KMOD) $(SYSTEM_GUEST)
	$(Q)cp $(SYSTEM_MODULE_SRCS) $(SYSTEM_KMOD)
	+$(Q)$(KERNEL_MAKE) -s --no-print-directory M=$(abspath $(SYSTEM_KMOD)) ARCH=arm64 \
		CROSS_COMPILE=$(CROSS) PKVM_INCLUDE=$(abspath include) modules
	$(Q)cp $(SYSTEM_MODULES:%=$(SYSTEM_KMOD)/%.ko) $(SYSTEM_GUEST)
	$(Q)touch $@

# All that the kernel after kexec has: its init and two modules.
KEXEC_INIT := $(SYSTEM)/bin/after_kexec
KEXEC_CPIO := $(SYSTEM_GUEST)/kexec.cpio

$(KEXEC_INIT): tests/system/programs/after_kexec.c | $(CTL_SYSROOT)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) $(SYSTEM_CFLAGS) -static -o $@ $<

$(KEXEC_CPIO): $(KEXEC_INIT) $(SYSTEM_KMOD).stamp $(KMOD)
	@mkdir -p $(@D) $(SYSTEM)/kexec-$(KVER)
	$(Q)cp $(KEXEC_INIT) $(SYSTEM)/kexec-$(KVER)/init
	$(Q)cp $(SYSTEM_GUEST)/stubcheck.ko $(KMOD) $(SYSTEM)/kexec-$(KVER)
	$(Q)cd $(SYSTEM)/kexec-$(KVER) && printf '%s\n' init stubcheck.ko pkvm.ko | \
		cpio --quiet -o -H newc >$(abspath $@)

# Programs by themselves.
PLAIN_PROGRAMS := $(addprefix $(SYSTEM_GUEST)/,hog psi_wait scrape sigbus)

$(PLAIN_PROGRAMS): $(SYSTEM_GUEST)/%: tests/system/programs/%.c | $(CTL_SYSROOT)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) $(SYSTEM_CFLAGS) -o $@ $<

# For 32-bit user space, which GCC for arm64 does not compile for.
USER32 := $(SYSTEM_GUEST)/user32

$(USER32): tests/system/programs/user32.S | packages-test
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CLANG) --target=armv7-linux-gnueabi -nostdlib -static -fuse-ld=lld -o $@ $<

# Programs that speak D-Bus.
BUS_PROGRAMS := $(SYSTEM_GUEST)/bus_calls

$(BUS_PROGRAMS): $(SYSTEM_GUEST)/%: tests/system/programs/%.c | $(CTL_SYSROOT)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) $(SYSTEM_CFLAGS) -o $@ $< \
		$$($(PKG_CONFIG_ARM64) --cflags --libs libsystemd)

# Pushed only to who asks for it: it is large.
PROMTOOL := $(GUEST_BUILD)/promtool

$(PROMTOOL): | packages
	$(Q)tests/guest/fetch-promtool --link $@ >/dev/null

# Programs that speak netlink on their own.
NL_PROGRAMS := $(addprefix $(SYSTEM_GUEST)/,netlink_refusals netlink_change vm_create_in)
NL_SRCS := $(addprefix tests/system/programs/,nl.c nl.h nl_test.c nl_test.h)

$(NL_PROGRAMS): $(SYSTEM_GUEST)/%: tests/system/programs/%.c $(NL_SRCS) \
		include/uapi/linux/pkvm.h | $(CTL_SYSROOT)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) $(SYSTEM_CFLAGS) -o $@ $(filter %.c,$^)

# Programs that read what pkvmd-probe has pinned, as pkvmd does, and write to it.
MAPS_PROGRAMS := $(addprefix $(SYSTEM_GUEST)/,probe_read probe_fill)
MAPS_SRCS := $(addprefix daemon/,probe/maps.c probe/hash.c ctl/message.c)

$(MAPS_PROGRAMS): $(SYSTEM_GUEST)/%: tests/system/programs/%.c $(MAPS_SRCS) \
		daemon/probe/maps.h bpf/hyp_req.h | $(CTL_SYSROOT)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) $(SYSTEM_CFLAGS) -Ibpf -o $@ $(filter %.c,$^) \
		$$($(PKG_CONFIG_ARM64) --cflags --libs $(PROBE_PACKAGES))

# pkvmctl as of a release to come, whose netlink ABI is another than the module's.
OTHER_ABI := $(SYSTEM)/other-abi

$(OTHER_ABI)/linux/pkvm.h: include/uapi/linux/pkvm.h
	@mkdir -p $(@D)
	$(Q)sed 's/\(define PKVM_NETLINK_ABI\s*\).*/\199/' $< >$@

$(SYSTEM_GUEST)/pkvmctl-other-abi: $(CTL_SRCS) $(OTHER_ABI)/linux/pkvm.h | $(CTL_SYSROOT) \
		$(BPF_SKELETONS)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC_ARM64) -I$(OTHER_ABI) $(DAEMON_CFLAGS) -o $@ $(CTL_SRCS) \
		$$($(PKG_CONFIG_ARM64) --cflags --libs $(DAEMON_PACKAGES))

.PHONY: system-guest
system-guest: $(SYSTEM_KMOD).stamp $(KEXEC_CPIO) $(NL_PROGRAMS) $(PLAIN_PROGRAMS) \
	$(BUS_PROGRAMS) $(PROMTOOL) $(MAPS_PROGRAMS) $(USER32) $(SYSTEM_GUEST)/pkvmctl-other-abi

check-system: guest kmod-debug system-guest
	$(Q)tests/system/run --kernel $(KVER) $(GROUPS)

# $(1): another kernel. Its headers, on an arm64 host, too.
on_kernel = $(MAKE) --no-print-directory KVER=$(1) KDIR=$(GUEST_BUILD)/kernel-$(1)/headers

# The main job on the kernel that follows.
SMOKE_KERNEL := 6.12

check-smoke:
	+$(Q)$(call on_kernel,$(SMOKE_KERNEL)) guest system-guest
	$(Q)tests/system/run --kernel $(SMOKE_KERNEL) smoke

# One kernel after the other, to the end: each says for itself what failed.
SYSTEM_KERNELS := 6.1 6.12 6.12-16k 7.2

.PHONY: check-kernels
check-kernels:
	+$(Q)status=0; for kernel in $(SYSTEM_KERNELS); do \
		echo "== kernel $$kernel"; \
		$(call on_kernel,$$kernel) check-system || status=1; \
	done; exit $$status
