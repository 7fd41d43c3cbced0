# SPDX-License-Identifier: GPL-2.0-or-later
UNIT_TESTS += test_ctl_doctor
test_ctl_doctor_SRCS := $(addprefix daemon/ctl/,doctor.c facts.c message.c words.c)
test_ctl_doctor_CFLAGS := -Idaemon/ctl
