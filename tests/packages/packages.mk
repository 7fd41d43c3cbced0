# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages tried: in clean roots, and in the machine under test; and what is installed
# without them.

PACKAGES_KERNELS := 6.1 6.12 7.2

check-packages: deb all
	+$(Q)for kernel in $(PACKAGES_KERNELS); do \
		$(call on_kernel,$$kernel) guest-base || exit; \
	done
	+$(Q)MAKE="$(MAKE)" tests/packages/from-source $(DEB)
	$(Q)tests/packages/check $(DEB) $(PACKAGES_KERNELS)

$(eval $(call check_stage,packages))
