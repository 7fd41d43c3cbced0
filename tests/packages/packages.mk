# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages tried: in a clean root, and in the machine under test.

# The kernels of Debian 12, whose compiler the root has.
PACKAGES_KERNELS := 6.1 6.12

check-packages: deb
	+$(Q)for kernel in $(PACKAGES_KERNELS); do \
		$(call on_kernel,$$kernel) guest-base || exit; \
	done
	$(Q)tests/packages/check $(DEB) $(PACKAGES_KERNELS)

$(eval $(call check_stage,packages))
