# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages, built in a clean root. What is in them is said by debian/ and
# dkms.conf.

DEB := $(BUILD)/deb

.PHONY: packages-deb deb
packages-deb:
	$(Q)tests/guest/setup-packages package

deb: | packages-deb
	$(Q)packaging/build $(DEB)
