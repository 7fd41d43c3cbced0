#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The netlink family: every bad input is refused with its sentence and has changed nothing,
# and dumps survive change (programs/netlink_*.c).
#: machine a57:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

# What refused requests must not change: all figures, the knobs, and the list of VMs.
state()
{
	pkvmctl -j status | jq -c '[.memory, .heap, .host, .shrinker]'
	pkvmctl -j vm list | jq -c '[.vms[].handle]'
}

load_with_a_vm()
{
	modprobe pkvm
	pkvmctl vm create --vcpus 2
	state >"$TEST_DIR/before"
}

nothing_was_changed()
{
	is 'the state' "$(state)" "$(cat "$TEST_DIR/before")"
}

heap_is_sound()
{
	is 'VMs' "$(figure .memory.vms)" 0
	is 'bytes used' "$(figure .heap.used_bytes)" 0
	runs 0 pkvmctl heap check
}

# A program that reports its cases by itself; that it died, or is not there, is one more.
reports_cases()
{
	/root/"$1" || echo "FAIL $1 ended with status $?"
}

test_case load load_with_a_vm
reports_cases netlink_refusals
test_case refusals-change-nothing nothing_was_changed
reports_cases netlink_change
test_case heap-is-sound heap_is_sound
test_case unload rmmod pkvm
test_case kernel-log log_is_clean
