# SPDX-License-Identifier: GPL-2.0-or-later
# The top of the build: settings that every part shares, and the targets people
# type. Each part has a fragment of its own, included at the end.

MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

# Everything built lies under build/; downloads and what is expensive to make
# lies in the cache, which outlives a clone.
BUILD := build
export PKVM_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/pkvm
CACHE := $(PKVM_CACHE)

# The kernel series that the machine under test boots.
KVER ?= 6.1

MACHINE := $(shell uname -m)
ifeq ($(MACHINE),aarch64)
CROSS ?=
else
CROSS ?= aarch64-linux-gnu-
endif
CC_NATIVE ?= gcc
CLANG ?= clang

VERSION := $(shell sed -n 's/^\#define PKVM_VERSION[[:space:]]*"\(.*\)"/\1/p' include/pkvm/version.h)

CFLAGS_COMMON := -std=gnu11 -Wall -Wextra -Werror

Q := $(if $(V),,@)

.PHONY: all help run check check-unit check-fuzz check-system bench lint install clean
all:

# First what others name in their prerequisites.
include tests/guest/guest.mk
include $(filter-out tests/guest/guest.mk,$(wildcard kmod/*.mk bpf/*.mk daemon/*.mk systemd/*.mk \
	tests/*/*.mk))
include $(wildcard packaging/*.mk)

help:
	@sed -n 's/^## //p' Makefile

## make                build module and programs (for arm64; on an arm64 host for its running kernel)
## make install        install them on this arm64 host (DESTDIR= and KDIR= are honoured)
## make uninstall      take that away again (with the same DESTDIR= and KDIR=)
## make run            the tour: build, boot a machine with EL2, load, use, unload
## make check          every test; closes with "N passed, N failed, N skipped"
## make check-unit     native unit tests under sanitizers
## make check-fuzz     bounded fuzzer runs
## make check-system   tests in the booted machine; GROUPS="cli panic" runs some of tests/system/groups
## make check-smoke    the main job on Linux 6.12
## make check-kernels  the system tests on Linux 6.1, 6.12, 7.2 and on 16 KiB pages (not part of make check)
## make check-tools    tests of the tests' own tools
## make check-spec     whether the netlink spec and what is generated from it agree
## make bench          figures: a table and build/bench.json
## make deb            Debian packages pkvm-dkms and pkvm-tools, in build/deb (as root)
## make check-packages  they install, DKMS builds, and what is in them works (not part of make check)
## make lint           compilers, checkers, format, layout; lint-NAME for one of tests/lint/checks
## make regen          regenerate what comes from include/netlink/pkvm.yaml
## make guest          everything that tests/guest/run boots
## make clean          remove build/ (the cache stays: make clean-cache)
##
## V=1 prints commands; KVER=6.1 chooses the kernel under test (6.12, 6.12-16k, 7.2).

clean:
	$(Q)rm -rf $(BUILD)

.PHONY: clean-cache
clean-cache:
	$(Q)rm -rf $(CACHE)
