# SPDX-License-Identifier: GPL-2.0-or-later
# What makes a service of pkvmd: units, D-Bus and polkit policy, its user. Installed by
# `make install`, and staged for the machine under test.

# polkit looks nowhere else; the bus looks for policy below /usr and /etc only.
POLKIT_ACTIONS ?= /usr/share/polkit-1/actions
DBUS_POLICY ?= $(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/dbus-1/system.d

# All below it the machine under test has, at its place.
GUEST_ROOT := $(BUILD)/arm64/root

UNIT_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system

.PHONY: install-service
install-service:
	install -d $(UNIT_DIR)
	sed 's|@SBINDIR@|$(PREFIX)/sbin|' systemd/pkvmd.service.in >$(UNIT_DIR)/pkvmd.service
	chmod 644 $(UNIT_DIR)/pkvmd.service
	install -m 644 systemd/pkvmd.socket $(UNIT_DIR)/pkvmd.socket
	install -D -m 644 systemd/90-pkvm.preset \
		$(DESTDIR)$(PREFIX)/lib/systemd/system-preset/90-pkvm.preset
	install -D -m 644 systemd/pkvm.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/pkvm.conf
	install -D -m 644 systemd/pkvm.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/pkvm.conf
	install -D -m 644 systemd/pkvm.modules-load $(DESTDIR)$(PREFIX)/lib/modules-load.d/pkvm.conf
	install -D -m 644 systemd/org.pkvm1.conf $(DESTDIR)$(DBUS_POLICY)/org.pkvm1.conf
	install -D -m 644 systemd/org.pkvm1.service \
		$(DESTDIR)$(PREFIX)/share/dbus-1/system-services/org.pkvm1.service
	install -D -m 644 systemd/org.pkvm1.Manager.xml \
		$(DESTDIR)$(PREFIX)/share/dbus-1/interfaces/org.pkvm1.Manager.xml
	install -D -m 644 systemd/org.pkvm1.policy $(DESTDIR)$(POLKIT_ACTIONS)/org.pkvm1.policy
install: install-service

# Without modules-load.d: the tests load the module themselves.
$(GUEST_ROOT).stamp: $(wildcard systemd/*)
	$(Q)rm -rf $(GUEST_ROOT)
	$(Q)$(MAKE) -s --no-print-directory install-service DESTDIR=$(abspath $(GUEST_ROOT)) PREFIX=/usr
	$(Q)rm -r $(GUEST_ROOT)/usr/lib/modules-load.d
	$(Q)touch $@
guest: $(GUEST_ROOT).stamp
