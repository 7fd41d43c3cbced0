# SPDX-License-Identifier: GPL-2.0-or-later
# The whole of the tests: stages that record their results (tests/check/run says how),
# and the line that sums them up. A stage also runs on its own: make check-unit.

CHECK_STAGES := tools spec unit fuzz system smoke

# The stages' builds use every CPU unless make was told how many jobs to run.
CHECK_JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,$(shell nproc))

# What tests and lint need beyond a build.
.PHONY: packages-test
packages-test:
	$(Q)tests/guest/setup-packages

check:
	$(Q)BUILD=$(BUILD) MAKE="$(MAKE)" JOBS="$(CHECK_JOBS)" \
		tests/check/run packages-test guest $(CHECK_STAGES:%=check-%)

# A stage finds its results file empty. $(1): the stage
define check_stage
.PHONY: check-$(1) check-results-$(1)
check-$(1): export PKVM_RESULTS := $(abspath $(BUILD))/results/$(1).txt
check-$(1): | check-results-$(1)

check-results-$(1):
	@mkdir -p $(BUILD)/results && : >$(BUILD)/results/$(1).txt
endef

$(foreach stage,$(CHECK_STAGES),$(eval $(call check_stage,$(stage))))

# The tests of what the other stages and make lint are built on.
check-tools: packages-test
	$(Q)tests/check/run-python tests/check/test_run.py tests/lint/test_checks.py \
		tests/guest/test_guest.py
