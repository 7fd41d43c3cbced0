# SPDX-License-Identifier: GPL-2.0-or-later
# Native unit tests: each is tests/unit/test_<name>.c with the sources that its
# test_<name>.mk names, built under sanitizers. Included after all of these (the
# top Makefile includes in alphabetical order).

UNIT_BUILD := $(BUILD)/native/unit
UNIT_CFLAGS := $(CFLAGS_COMMON) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_CFLAGS += -fno-omit-frame-pointer -Iinclude -Itests/unit
UNIT_LIBS = $(shell pkg-config --cflags --libs check 2>/dev/null)

# $(1): a test
define unit_test
$(1)_OBJS := $$(patsubst %.c,$(UNIT_BUILD)/$(1).o/%.o,tests/unit/$(1).c $$($(1)_SRCS))

$$($(1)_OBJS): $(UNIT_BUILD)/$(1).o/%.o: %.c | $(UNIT_BUILD)/deps
	@mkdir -p $$(@D)
	$$(Q)$$(CC_NATIVE) $$(UNIT_CFLAGS) $$($(1)_CFLAGS) -MMD -MP -c -o $$@ $$<

$(UNIT_BUILD)/$(1): $$($(1)_OBJS)
	@echo "  UNIT    $(1)"
	$$(Q)$$(CC_NATIVE) $$(UNIT_CFLAGS) -o $$@ $$^ $$($(1)_LIBS) $$(UNIT_LIBS)

-include $$($(1)_OBJS:.o=.d)
endef

$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test,$(test))))

$(UNIT_BUILD)/deps:
	@pkg-config --exists check || \
		{ echo >&2 "The unit tests need Check: apt-get install check pkg-config"; exit 1; }
	@mkdir -p $(@D) && touch $@

.PHONY: unit-programs
unit-programs: $(UNIT_TESTS:%=$(UNIT_BUILD)/%)

# All of them run, whatever the first ones say.
check-unit: $(UNIT_TESTS:%=$(UNIT_BUILD)/%)
	$(Q)BUILD=$(BUILD) tests/check/run-unit $^
