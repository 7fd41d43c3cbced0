# SPDX-License-Identifier: GPL-2.0-or-later
# What can be found without running the programs: one script per kind of finding in
# tests/lint/checks. make lint runs all of them, make lint-NAME one.

LINT_CHECKS := $(notdir $(wildcard tests/lint/checks/*))
LINT_ENV = BUILD=$(BUILD) MAKE="$(MAKE)" CROSS=$(CROSS) KDIR=$(KDIR)

.PHONY: $(LINT_CHECKS:%=lint-%) lint-prepare
lint-prepare: packages-test $(KERNEL_STAMP) $(BPF_SKELETONS)

lint: lint-prepare
	+$(Q)$(LINT_ENV) tests/lint/run

$(LINT_CHECKS:%=lint-%): lint-%: lint-prepare
	+$(Q)$(LINT_ENV) tests/lint/run $*
