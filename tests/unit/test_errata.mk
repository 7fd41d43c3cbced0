# SPDX-License-Identifier: GPL-2.0-or-later
# Which CPUs EL2 works around, and how.
UNIT_TESTS += test_errata
test_errata_SRCS := kmod/hyp/errata.c
