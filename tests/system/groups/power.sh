#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sleep states while EL2 is held: hibernation is refused, suspend-to-idle works.
#: machine a57:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

hibernation_is_refused()
{
	! echo disk >/sys/power/state 2>"$ERR" || fail 'the machine hibernated'
	contains "the write's error" "$(cat "$ERR")" 'Device or resource busy'
	log_says 'pkvm: hibernation is refused: the image cannot hold what EL2 holds;'
	held_by pkvm
}

# The alarm clock wakes it. The machine has no deeper sleep, in which CPUs would lose EL2.
suspends_to_idle()
{
	echo +2 >/sys/class/rtc/rtc0/wakealarm
	echo freeze >/sys/power/state
	log_says 'PM: suspend exit'
	held_by pkvm
	pkvmctl heap check
}

unload_and_check()
{
	rmmod pkvm
	held_by stub
}

test_case load modprobe pkvm
test_case hibernation-is-refused hibernation_is_refused
test_case suspend-to-idle suspends_to_idle
test_case unload unload_and_check
test_case kernel-log log_is_clean
