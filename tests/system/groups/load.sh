#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Load and unload: EL2 is taken and given back, again and again, with nothing left behind.
#: machine a57: --timeout 180

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

LOADS=130
# Loads after which the host's own caches (slabs, module areas) have grown to what it takes.
WARM_UP=30
# A single page lost in each load between the two measurements would be 400 KiB; the rest of
# the machine, which idles, varies by some 40 KiB, that of Linux 7.2 by up to 240.
TOLERANCE_KIB=300

holds_el2()
{
	modprobe pkvm
	log_says 'pkvm: version'
	log_says "holds EL2 on $(nproc) CPUs, heap range 1024 MiB"
	held_by pkvm
}

# A VM holds the module, and EL2 the CPUs; the last to go lets them go.
stays_while_a_vm_lives()
{
	pkvmctl vm create --count 2
	runs 1 rmmod pkvm
	contains "rmmod's error" "$(cat "$ERR")" 'Module pkvm is in use'
	insmod /root/stubcheck.ko holder=pkvm leave=1
	rmmod stubcheck
	pkvmctl vm destroy --all
}

refuses_to_lose_el2()
{
	insmod /root/stubcheck.ko holder=pkvm set_vectors=1
	rmmod stubcheck
}

gives_el2_back()
{
	rmmod pkvm
	log_says 'pkvm: EL2 given back'
	held_by stub
}

loads_with()
{
	modprobe pkvm "$@"
	held_by pkvm
	rmmod pkvm
	held_by stub
}

loads_with_selftest()
{
	modprobe pkvm selftest=1
	log_says 'self-test'
	rmmod pkvm
}

# Memory after all of them, the stub after every tenth.
loads_many_times()
{
	local before=0 after i

	for ((i = 1; i <= LOADS; i++)); do
		[ "$i" -ne $((WARM_UP + 1)) ] || before=$(free_kib)
		modprobe pkvm || fail "load $i failed"
		rmmod pkvm || fail "unload $i failed"
		[ $((i % 10)) -ne 0 ] || held_by stub
	done
	after=$(free_kib)
	number "memory lost in $((LOADS - WARM_UP)) loads, KiB," $((before - after)) -lt "$TOLERANCE_KIB"
}

test_case load holds_el2
test_case vectors-cannot-be-taken refuses_to_lose_el2
test_case stays-while-a-vm-lives stays_while_a_vm_lives
test_case unload gives_el2_back
test_case smallest-heap loads_with heap_mib=2
test_case selftest-at-load loads_with_selftest
test_case many-loads loads_many_times
test_case kernel-log log_is_clean
