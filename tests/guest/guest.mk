# SPDX-License-Identifier: GPL-2.0-or-later
# The machine under test, and the cross environment that is made of the same Debian
# packages. Other fragments build against KDIR (headers of kernel KVER) and SYSROOT and
# depend on their stamps.

GUEST_KDIR := $(CACHE)/kernel/$(KVER)/headers
ifneq ($(MACHINE),aarch64)
KDIR ?= $(GUEST_KDIR)
endif
KERNEL_STAMP := $(CACHE)/kernel/$(KVER)/release

SYSROOT := $(CACHE)/sysroot/current
SYSROOT_STAMP := $(SYSROOT)/packages

# The scripts look into the cache every time, in a few milliseconds: they renew a
# product, and with it its stamp, only if it is missing or its recipe has changed.
.PHONY: guest-look
guest-look:

.PHONY: packages
packages:
	$(Q)tests/guest/setup-packages build guest

$(KERNEL_STAMP): guest-look | packages
	$(Q)tests/guest/fetch-kernel $(KVER) >/dev/null

$(SYSROOT_STAMP): guest-look | packages
	$(Q)tests/guest/fetch-sysroot >/dev/null

# run takes the base tree from here; the archive lies in the cache.
GUEST_BASE := $(BUILD)/guest/base.cpio

.PHONY: guest-base guest
guest-base: $(KERNEL_STAMP) | packages
	$(Q)mkdir -p $(dir $(GUEST_BASE))
	$(Q)archive=$$(tests/guest/build-base) && ln -sfn "$$archive" $(GUEST_BASE)

guest: all guest-base
