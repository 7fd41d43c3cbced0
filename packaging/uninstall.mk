# SPDX-License-Identifier: GPL-2.0-or-later
# Takes away what `make install` with the same DESTDIR, KDIR and PREFIX installs: that is
# installed once more, aside, to see what it is. What pkvmd and its administrator have written
# stays.

UNINSTALL := $(abspath $(BUILD))/uninstall

.PHONY: uninstall
uninstall:
	$(Q)rm -rf $(UNINSTALL)
	+$(Q)$(MAKE) -s --no-print-directory install DESTDIR=$(UNINSTALL) >/dev/null
	$(Q)cd $(UNINSTALL) && find . -type f ! -path './lib/modules/*/modules.*' -printf '%P\n' | \
		while read -r file; do rm -fv "$(DESTDIR)/$$file"; done
	$(Q)[ -n "$(DESTDIR)" ] || depmod
