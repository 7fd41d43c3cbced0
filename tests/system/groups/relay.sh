#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Calls to firmware: EL2 hears them all, refuses those that would get around it, and is there
# before the kernel on each CPU that firmware starts. The module's pages are not in pkvm's
# books, so that it is not unloaded here.
#: machine a57: --smp 3
#: machine sleep: --smp 3 --idle-state --module {debug}

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

PARAMETERS=/sys/module/firmware/parameters
NOT_SUPPORTED=0xffffffffffffffff
INVALID_ADDRESS=-9

cpu()
{
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

# Field of struct pkvm_cpu_stats: 1 CPUs, 2 relayed, 3 entries refused, 4 SMCs passed, 5 refused
cpu_figure()
{
	cut -d ' ' -f "$1" $PARAMETERS/stats
}

load()
{
	modprobe pkvm
	insmod /root/firmware.ko
	is 'CPUs behind EL2' "$(cpu_figure 1)" 3
}

# answers ID FIELD ANSWER: a call is counted as passed or refused, and answered (if not empty).
answers()
{
	local before

	before=$(cpu_figure "$2")
	echo "$1" >$PARAMETERS/smc
	is "calls counted for $1" "$(cpu_figure "$2")" $((before + 1))
	[ -z "${3-}" ] || is "the answer to $1" "$(cat $PARAMETERS/smc)" "$3"
}

policy_holds()
{
	local passed=4 refused=5 id

	answers 0x84000000 $passed 0x10001	# PSCI_VERSION
	answers 0x8400000a $passed		# PSCI_FEATURES
	answers 0x80000000 $passed		# SMCCC_VERSION
	answers 0x84000050 $passed		# TRNG_VERSION
	answers 0x82000000 $passed		# a SiP's
	answers 0x83000000 $passed		# an OEM's
	answers 0x84000063 $passed		# FFA_VERSION
	# MIGRATE_INFO_TYPE (firmware would answer 2), MEM_PROTECT, CPU_FREEZE, NODE_HW_STATE,
	# SDEI_VERSION, SDEI_EVENT_REGISTER, FFA_RXTX_MAP, FFA_MEM_SHARE in 32 and 64 bits,
	# FFA_MEM_RECLAIM, FFA_MEM_PERM_SET, a trusted OS's, a yielding call, a hypervisor's
	for id in 0x84000006 0x84000013 0x8400000b 0xc400000d \
		0xc4000020 0xc4000021 0xc4000066 0x84000073 0xc4000073 \
		0x84000077 0x84000089 0xb2000000 0x32000000 0x86000000; do
		answers "$id" $refused $NOT_SUPPORTED
	done
	# The hint that SVE state need not be kept is no part of a function's number.
	answers 0x84010006 $refused $NOT_SUPPORTED
	answers 0x84010000 $passed
}

cpus_come_through_el2()
{
	local before

	before=$(cpu_figure 2)
	cpu 1 0
	is 'CPUs behind EL2' "$(cpu_figure 1)" 2
	cpu 1 1
	cpu 2 0
	cpu 2 1
	is 'CPUs relayed' "$(cpu_figure 2)" $((before + 2))
	is 'CPUs behind EL2' "$(cpu_figure 1)" 3
	held_by pkvm
}

# Alignment fault (0x21) of a data access at EL1 (0x25), taken with the MMU off.
own_code_is_behind_the_stage_2()
{
	cpu 1 0
	echo 1 >$PARAMETERS/cpu_on
	is 'what the CPU saw' "$(cat $PARAMETERS/cpu_on)" '1 0x0 0x96000021'
	cpu 1 1
	held_by pkvm
	pkvmctl heap check
}

unknown_code_is_not_started()
{
	local before

	before=$(cpu_figure 3)
	cpu 1 0
	echo 1 >$PARAMETERS/bad_cpu_on
	is 'the answer' "$(cat $PARAMETERS/bad_cpu_on)" $INVALID_ADDRESS
	is 'entries refused' "$(cpu_figure 3)" $((before + 1))
	cpu 1 1
	cpu 1 0
	cpu 1 1
	log_says 'EL2 refused to start a CPU'
}

# Firmware has no such state, so EL2 plays it: CPUs come in by EL2's own cold path, and through
# the kernel's cpu_resume, over and over until the alarm clock wakes the machine.
wakes_without_its_state()
{
	local before

	before=$(cpu_figure 2)
	echo 6 >/sys/module/pkvm/parameters/debug_panic
	echo +2 >/sys/class/rtc/rtc0/wakealarm
	echo freeze >/sys/power/state
	echo 7 >/sys/module/pkvm/parameters/debug_panic
	log_says 'PM: suspend exit'
	number 'times that a CPU came in cold' "$(cpu_figure 2)" -ge $((before + 3))
	held_by pkvm
	pkvmctl vm destroy "$(pkvmctl vm create --vcpus 4)"
	pkvmctl heap check
	cpus_come_through_el2
}

# Every workaround on every CPU, and another way into EL2 than that of these CPUs.
works_with_all_errata()
{
	local cpu

	for cpu in 0 1 2; do
		taskset -c $cpu sh -c 'echo 8 >/sys/module/pkvm/parameters/debug_panic'
	done
	pkvmctl selftest
	pkvmctl vm destroy "$(pkvmctl vm create --vcpus 4)"
	pkvmctl heap check
	answers 0x84000000 4 0x10001
	held_by pkvm
}

test_case load load
test_case smc-policy policy_holds
test_case hotplug cpus_come_through_el2
test_case own-code own_code_is_behind_the_stage_2
test_case unknown-code unknown_code_is_not_started
[ "$1" != sleep ] || test_case errata works_with_all_errata
[ "$1" != sleep ] || test_case cold-resume wakes_without_its_state
test_case kernel-log log_is_clean
