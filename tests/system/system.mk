# SPDX-License-Identifier: GPL-2.0-or-later
# The system tests (tests/system/run says how they work): what they take into the machine,
# and the stage that runs them. make check-system GROUPS="cli panic" runs some only.

SYSTEM := $(BUILD)/system
# All in this folder is pushed into every machine.
SYSTEM_GUEST := $(SYSTEM)/guest
SYSTEM_MODULE_SRCS := $(wildcard tests/system/modules/*)
SYSTEM_MODULES := stubcheck
SYSTEM_CFLAGS := $(CFLAGS_COMMON) -O2 -g -Iinclude -Iinclude/uapi -Itests/system/programs

# Left in place for the next link; copied, so that a failed build leaves nothing to push.
$(SYSTEM)/modules.stamp: $(SYSTEM_MODULE_SRCS) include/pkvm/hypercall.h $(KERNEL_STAMP)
	@echo "  KMOD    $(SYSTEM)/modules"
	$(Q)mkdir -p $(SYSTEM)/modules $(SYSTEM_GUEST)
	$(Q)cp $(SYSTEM_MODULE_SRCS) $(SYSTEM)/modules
	$(Q)$(MAKE) -s --no-print-directory -C $(KDIR) M=$(abspath $(SYSTEM)/modules) ARCH=arm64 \
		CROSS_COMPILE=$(CROSS) PKVM_INCLUDE=$(abspath include) modules
	$(Q)cp $(SYSTEM_MODULES:%=$(SYSTEM)/modules/%.ko) $(SYSTEM_GUEST)
	$(Q)touch $@

.PHONY: system-guest
system-guest: $(SYSTEM)/modules.stamp

check-system: guest kmod-debug system-guest
	$(Q)tests/system/run --kernel $(KVER) $(GROUPS)
