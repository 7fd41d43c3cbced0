#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# CPUs that go and come while EL2 is held, and CPUs that cannot enter it.
#: machine a57: --smp 4 --module {debug}

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

ROUNDS=12

cpu()
{
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

online()
{
	cat /sys/devices/system/cpu/online
}

# All or none: the third CPU fails, those before it are rolled back.
load_fails_whole()
{
	runs 1 modprobe pkvm fail_cpu=2
	contains "modprobe's error" "$(cat "$ERR")" 'Input/output error'
	log_says 'pkvm: CPU 2 cannot enter EL2: error -5'
	[ ! -e /sys/module/pkvm ] || fail "the module is there all the same"
	is 'CPUs online' "$(online)" 0-3
	held_by stub
}

load_and_check()
{
	modprobe pkvm
	held_by pkvm
}

# VMs come and go on the other CPUs meanwhile; whoever creates one moves with the scheduler.
survives_while_allocating()
{
	local i creator

	until [ -e "$TEST_DIR/stop" ]; do
		pkvmctl vm create --vcpus 4 >"$TEST_DIR/handle"
		pkvmctl vm destroy "$(cat "$TEST_DIR/handle")"
	done &
	creator=$!
	for ((i = 0; i < ROUNDS; i++)); do
		cpu $((i % 3 + 1)) 0
		cpu $((i % 3 + 1)) 1
	done
	touch "$TEST_DIR/stop"
	wait "$creator" || fail "creating and destroying VMs failed meanwhile"
	number 'VMs created meanwhile' "$(figure .host.vms_created)" -gt 0
	is 'VMs left' "$(figure .memory.vms)" 0
	pkvmctl heap check
	held_by pkvm
}

# While a CPU is away EL2 serves the others, and unload does not wait for it.
loads_without_a_cpu()
{
	cpu 3 0
	rmmod pkvm
	modprobe pkvm
	log_says 'holds EL2 on 3 CPUs'
	cpu 3 1
	held_by pkvm
}

# The first to come has a place at EL2 that is not of its number: its events are told all the same.
cpus_are_known_by_number()
{
	local events=/sys/kernel/tracing/events/pkvm

	cpu 2 0
	cpu 3 0
	rmmod pkvm
	modprobe pkvm
	cpu 3 1
	echo 1 >$events/hyp_host_hcall/enable
	taskset -c 3 pkvmctl heap show
	echo 0 >$events/hyp_host_hcall/enable
	contains 'events of CPU 3' "$(cat /sys/kernel/tracing/per_cpu/cpu3/trace)" hyp_host_hcall
	cpu 2 1
	held_by pkvm
}

# It stays offline, EL2 serves the others, and it can come later.
failing_cpu_stays_offline()
{
	cpu 2 0
	echo 2 >/sys/module/pkvm/parameters/fail_cpu
	! cpu 2 1 2>"$ERR" || fail "CPU 2 is online"
	log_says 'pkvm: CPU 2 cannot enter EL2: error -5'
	is 'CPUs online' "$(online)" 0-1,3
	held_by pkvm
	echo -1 >/sys/module/pkvm/parameters/fail_cpu
	cpu 2 1
	held_by pkvm
}

unload_and_check()
{
	rmmod pkvm
	held_by stub
	cpu 1 0
	cpu 1 1
	held_by stub
}

test_case load-fails-whole load_fails_whole
test_case load load_and_check
test_case offline-online-while-allocating survives_while_allocating
test_case load-without-a-cpu loads_without_a_cpu
test_case cpus-are-known-by-number cpus_are_known_by_number
test_case failing-cpu-stays-offline failing_cpu_stays_offline
test_case unload unload_and_check
test_case kernel-log log_is_clean
