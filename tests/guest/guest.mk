# SPDX-License-Identifier: GPL-2.0-or-later
# The machine under test, and the cross environment that is made of the same Debian
# packages. Other fragments build against KDIR (headers of kernel KVER) and SYSROOT and
# depend on their stamps.

# Links into the cache: another clone may be at other recipes.
GUEST_BUILD := $(abspath $(BUILD))/guest

GUEST_KERNEL := $(GUEST_BUILD)/kernel-$(KVER)
KERNEL_STAMP := $(GUEST_KERNEL)/release
ifneq ($(MACHINE),aarch64)
KDIR ?= $(GUEST_KERNEL)/headers
endif
# Make in these headers; lines that use it begin with +.
KERNEL_MAKE = MAKE="$(MAKE)" tests/guest/kernel-make $(KDIR)

SYSROOT := $(GUEST_BUILD)/sysroot
SYSROOT_STAMP := $(SYSROOT)/packages

# The scripts look into the cache every time, in a few milliseconds: they renew a
# product, and with it its stamp, only if it is missing or its recipe has changed.
.PHONY: guest-look
guest-look:

.PHONY: packages
packages:
	$(Q)tests/guest/setup-packages build guest

$(KERNEL_STAMP): guest-look | packages
	$(Q)tests/guest/fetch-kernel --link $(GUEST_KERNEL) $(KVER) >/dev/null

$(SYSROOT_STAMP): guest-look | packages
	$(Q)tests/guest/fetch-sysroot --link $(SYSROOT) >/dev/null

.PHONY: guest-base guest
guest-base: $(KERNEL_STAMP) | packages
	$(Q)tests/guest/build-base --link $(GUEST_BUILD)/base.cpio >/dev/null

guest: all guest-base
