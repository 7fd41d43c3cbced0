# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages, built and tried in a clean root and in the machine under test. What
# is in them is said by debian/ and dkms.conf.

DEB := $(BUILD)/deb
# The kernels of Debian 12, whose compiler the root has.
DEB_KERNELS := 6.1 6.12

.PHONY: packages-deb deb
packages-deb:
	$(Q)tests/guest/setup-packages package

deb: | packages-deb
	$(Q)packaging/build $(DEB)

check-packages: deb
	+$(Q)for kernel in $(DEB_KERNELS); do \
		$(call on_kernel,$$kernel) guest-base || exit; \
	done
	$(Q)packaging/check $(DEB) $(DEB_KERNELS)

$(eval $(call check_stage,packages))
