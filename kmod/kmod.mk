# SPDX-License-Identifier: GPL-2.0-or-later
# Builds pkvm.ko out of tree: sources are staged into build/kmod-<series>/ so
# that the source tree stays clean, and a debug flavour can stand beside it.

# On an arm64 host the running kernel, elsewhere the Debian kernel of KVER that
# tests/guest/fetch-kernel brings (guest.mk sets KDIR and KERNEL_STAMP).
ifeq ($(MACHINE),aarch64)
KDIR ?= /lib/modules/$(shell uname -r)/build
endif

KMOD_SRCS := Kbuild $(shell find kmod include -type f)
KMOD := $(BUILD)/kmod-$(KVER)/pkvm.ko
KMOD_DEBUG := $(BUILD)/kmod-$(KVER)-debug/pkvm.ko
KMOD_NOTRACE := $(BUILD)/kmod-$(KVER)-notrace/pkvm.ko

# $(1) flavour's make variables
define build_kmod
	@echo "  KMOD    $@"
	$(Q)mkdir -p $(@D)
	$(Q)cp -a --parents $(KMOD_SRCS) $(@D)
	$(Q)$(KERNEL_MAKE) -s --no-print-directory M=$(abspath $(@D)) ARCH=arm64 CROSS_COMPILE=$(CROSS) $(1) modules
	$(Q)touch $@
endef

$(KMOD): $(KMOD_SRCS) $(KERNEL_STAMP)
	+$(call build_kmod,)

$(KMOD_DEBUG): $(KMOD_SRCS) $(KERNEL_STAMP)
	+$(call build_kmod,PKVM_DEBUG=1)

$(KMOD_NOTRACE): $(KMOD_SRCS) $(KERNEL_STAMP)
	+$(call build_kmod,HYP_TRACE=0)

.PHONY: kmod kmod-debug kmod-notrace install-kmod
kmod: $(KMOD)
kmod-debug: $(KMOD_DEBUG)
kmod-notrace: $(KMOD_NOTRACE)
all: kmod

install-kmod: $(KMOD)
	+$(KERNEL_MAKE) M=$(abspath $(<D)) ARCH=arm64 CROSS_COMPILE=$(CROSS) \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
install: install-kmod

# What of EL2 and its loader is plain C, for native tests and fuzzers, and the simulated
# machine that they run it on.
HYP_PORTABLE := kmod/el2_stage2.c $(wildcard kmod/hyp/heap*.c)
HYP_PORTABLE += $(addprefix kmod/hyp/,ram.c page.c vmemmap.c pool.c stock.c mm.c pgtable.c topup.c \
	reclaim.c vm.c guest_s2.c transition.c transition_guest.c hcall_share.c \
	vcpu.c selftest.c selftest_own.c init.c hcall.c hcall_mem.c hcall_heap.c hcall_vm.c \
	host_s2.c host_s2_guest.c host_s2_entry.c host_s2_idle.c host_fault.c kernel_entry.c \
	smc_policy.c errata.c scrub.c trace.c trace_ring.c hcall_trace.c)
HYP_MACHINE := $(addprefix tests/unit/fake/,arch_env.c host.c mm_check.c)
