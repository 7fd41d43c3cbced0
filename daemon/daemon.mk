# SPDX-License-Identifier: GPL-2.0-or-later
# The programs: pkvmctl and pkvmd over the client library, and pkvmd-probe, for this machine
# (build/native) and for arm64 (build/arm64), which on an arm64 host are built alike.

PREFIX ?= /usr/local
DAEMON_CFLAGS = $(CFLAGS_COMMON) -O2 -g -Iinclude -Iinclude/uapi -Idaemon/lib -Ibpf
# What is generated is not held to our warnings.
DAEMON_CFLAGS += -isystem $(BPF_BUILD)
DAEMON_PACKAGES := libnl-genl-3.0 smartcols libsystemd ncursesw libbpf
PKVMD_PACKAGES := libnl-genl-3.0 libsystemd inih libmicrohttpd libbpf
PROBE_PACKAGES := libbpf libsystemd

# The eBPF probes and what reads their maps; their programs come as build/bpf/*.skel.h.
PROBE_LIB_SRCS := $(filter-out daemon/probe/main.c,$(wildcard daemon/probe/*.c))
CTL_SRCS := $(sort $(wildcard daemon/lib/*.c daemon/ctl/*.c daemon/metrics/*.c)) \
	daemon/pkvmd/psi.c $(PROBE_LIB_SRCS)
CTL_NATIVE := $(BUILD)/native/bin/pkvmctl
CTL_ARM64 := $(BUILD)/arm64/bin/pkvmctl

# Sizes, messages and names are read and told as pkvmctl does.
PKVMD_SRCS := $(sort $(wildcard daemon/lib/*.c daemon/pkvmd/*.c daemon/metrics/*.c)) \
	$(addprefix daemon/ctl/,message.c names.c size.c words.c) \
	$(addprefix daemon/probe/,hash.c maps.c)
PKVMD_NATIVE := $(BUILD)/native/bin/pkvmd
PKVMD_ARM64 := $(BUILD)/arm64/bin/pkvmd

PROBE_SRCS := $(PROBE_LIB_SRCS) daemon/probe/main.c daemon/ctl/message.c
PROBE_NATIVE := $(BUILD)/native/bin/pkvmd-probe
PROBE_ARM64 := $(BUILD)/arm64/bin/pkvmd-probe

PKG_CONFIG_NATIVE := pkg-config
CC_ARM64 := $(CROSS)gcc
ifeq ($(MACHINE),aarch64)
PKG_CONFIG_ARM64 := $(PKG_CONFIG_NATIVE)
else
# Libraries and headers of the target, none of this machine's.
CC_ARM64 += --sysroot=$(SYSROOT)
PKG_CONFIG_ARM64 = PKG_CONFIG_SYSROOT_DIR=$(SYSROOT) \
	PKG_CONFIG_LIBDIR=$(SYSROOT)/usr/lib/aarch64-linux-gnu/pkgconfig pkg-config
CTL_SYSROOT = $(SYSROOT_STAMP)
endif

# $(1): NATIVE or ARM64, $(2): its folder, $(3): the compiler's variable, $(4): more
# prerequisites
define daemon_rules
DAEMON_OBJS_$(1) := $$(patsubst %.c,$(2)/obj/%.o,\
	$$(sort $$(CTL_SRCS) $$(PKVMD_SRCS) $$(PROBE_SRCS)))

$$(DAEMON_OBJS_$(1)): $(2)/obj/%.o: %.c $(4)
	@mkdir -p $$(@D)
	@echo "  CC      $$@"
	$$(Q)$$($(3)) $$(DAEMON_CFLAGS) -MMD -MP -c -o $$@ $$< \
		$$$$($$(PKG_CONFIG_$(1)) --cflags \
			$$(sort $$(DAEMON_PACKAGES) $$(PKVMD_PACKAGES) $$(PROBE_PACKAGES)))

# The compiler's list of what they include leaves system headers out, which these pass for.
$$(PROBE_LIB_SRCS:%.c=$(2)/obj/%.o): $(BPF_SKELETONS)

$$(CTL_$(1)): $$(CTL_SRCS:%.c=$(2)/obj/%.o)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$$(Q)$$($(3)) $$(DAEMON_CFLAGS) -o $$@ $$^ \
		$$$$($$(PKG_CONFIG_$(1)) --libs $$(DAEMON_PACKAGES))

$$(PKVMD_$(1)): $$(PKVMD_SRCS:%.c=$(2)/obj/%.o)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$$(Q)$$($(3)) $$(DAEMON_CFLAGS) -o $$@ $$^ \
		$$$$($$(PKG_CONFIG_$(1)) --libs $$(PKVMD_PACKAGES))

$$(PROBE_$(1)): $$(PROBE_SRCS:%.c=$(2)/obj/%.o)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$$(Q)$$($(3)) $$(DAEMON_CFLAGS) -o $$@ $$^ \
		$$$$($$(PKG_CONFIG_$(1)) --libs $$(PROBE_PACKAGES))

-include $$(DAEMON_OBJS_$(1):.o=.d)
endef

$(eval $(call daemon_rules,NATIVE,$(BUILD)/native,CC_NATIVE,))
$(eval $(call daemon_rules,ARM64,$(BUILD)/arm64,CC_ARM64,| $(CTL_SYSROOT)))

.PHONY: programs programs-native install-programs
programs: $(CTL_ARM64) $(PKVMD_ARM64) $(PROBE_ARM64)
programs-native: $(CTL_NATIVE) $(PKVMD_NATIVE) $(PROBE_NATIVE)
all: programs

install-programs: $(CTL_ARM64) $(PKVMD_ARM64) $(PROBE_ARM64)
	install -D -m 755 $(CTL_ARM64) $(DESTDIR)$(PREFIX)/bin/pkvmctl
	install -D -m 755 $(PKVMD_ARM64) $(DESTDIR)$(PREFIX)/sbin/pkvmd
	install -D -m 755 $(PROBE_ARM64) $(DESTDIR)$(PREFIX)/sbin/pkvmd-probe
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 $(wildcard daemon/man/*.5)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 $(wildcard daemon/man/*.8)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/pkvm $(wildcard daemon/monitoring/*)
	install -D -m 644 daemon/completion/pkvmctl \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/pkvmctl
install: install-programs
