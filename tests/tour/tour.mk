# SPDX-License-Identifier: GPL-2.0-or-later
# `make run`: the tour in a booted machine; on a terminal a root shell in it follows.

run: guest
	@echo "  BOOT    a machine with EL2"
	$(Q)tests/guest/run --push tests/tour/tour --timeout 300 \
		$$(if [ -t 0 ] && [ -t 1 ]; then echo --shell; fi) \
		-- env TOUR_COLOR="$$([ ! -t 1 ] || echo 1)" /root/tour
