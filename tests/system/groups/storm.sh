#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A million random calls to EL2 and to firmware from all CPUs, with VMs that come and go beside
# them: EL2 lives, answers, and in the end every view of every page agrees. The module's pages
# are not in pkvm's books, so that it is not unloaded here.
#: machine a57: --smp {cpus} --alone --timeout 400

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

PARAMETERS=/sys/module/storm/parameters
CALLS=1000000

load()
{
	modprobe pkvm
	# Pages that come back are the storm's: nobody else is to fetch them.
	pkvmctl shrinker set enabled=off
	insmod /root/storm.ko seed="$RANDOM"
	echo "seed $(cat $PARAMETERS/seed)"
	is 'views at first' "$(cat $PARAMETERS/check)" ok
}

# With a heap that the storm tops up and reclaims, a VM may not be had for a while.
use_el2_meanwhile()
{
	local handle

	until [ -e "$TEST_DIR/stop" ]; do
		handle=$(pkvmctl vm create --vcpus 3 2>>"$TEST_DIR/refusals") || continue
		pkvmctl vm destroy "$handle" >/dev/null 2>>"$TEST_DIR/refusals" || true
		echo "$handle" >>"$TEST_DIR/created"
	done
}

el2_weathers_the_storm()
{
	local user calls dead taken

	use_el2_meanwhile &
	user=$!
	echo $CALLS >$PARAMETERS/run
	touch "$TEST_DIR/stop"
	wait $user
	read -r calls dead taken <$PARAMETERS/run
	echo "seed $(cat $PARAMETERS/seed): $calls calls, $taken of them had an effect or an answer"
	number 'calls' "$calls" -ge $CALLS
	is 'calls that found EL2 dead' "$dead" 0
	number 'calls that EL2 did not refuse' "$taken" -ge $((CALLS / 20))
	number 'VMs created beside' "$(wc -l <"$TEST_DIR/created")" -ge 1
	is 'state' "$(pkvmctl -j status | jq -r .el2.state)" live
}

views_agree()
{
	is 'views' "$(cat $PARAMETERS/check)" ok
	pkvmctl heap check
	pkvmctl selftest
}

test_case load load
test_case storm el2_weathers_the_storm
test_case views-agree views_agree
test_case kernel-log log_is_clean
