# SPDX-License-Identifier: GPL-2.0-or-later
# What is generated from the spec of the netlink family, and the check that it still agrees.

.PHONY: regen
regen:
	$(Q)tests/guest/setup-packages build
	$(Q)include/netlink/regen

check-spec: packages-test
	$(Q)tests/check/run-python tests/spec/test_netlink_spec.py tests/spec/test_monitoring.py \
		tests/spec/test_trace_names.py
