# SPDX-License-Identifier: GPL-2.0-or-later
# EL2 without its CPU: everything portable, on a simulated machine with a host around it.
HYP_TESTS := test_pool test_mm test_mm_topup test_host_s2 test_vm test_request test_hcall test_relay \
	test_transition test_scrub test_uncached
UNIT_TESTS += $(HYP_TESTS)
$(foreach test,$(HYP_TESTS),$(eval $(test)_SRCS := $(HYP_PORTABLE) $(HYP_MACHINE)))
