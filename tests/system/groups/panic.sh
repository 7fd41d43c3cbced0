#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# EL2 dies, in each of the ways that the debug build can provoke (enum pkvm_debug_panic):
# it leaves its record and answers nothing more, and the host goes on without it.
#: machine bug: --module {debug}
#: machine null: --module {debug}
#: machine text-write: --module {debug}
#: machine stack: --module {debug}
#: machine locked: --module {debug} --smp 4
#: machine corrupt: --module {debug}

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

DEAD='EL2 is dead; only a restart of the machine brings it back'

provoke()
{
	echo "$1" >/sys/module/pkvm/parameters/debug_panic
}

load_and_use()
{
	modprobe pkvm
	pkvmctl vm create --vcpus 2
}

# dies KIND REASON [LINE...]: provoking KIND ends in EIO, and the record is in the kernel log.
dies()
{
	local kind=$1 reason=$2 line
	shift 2

	! provoke "$kind" 2>"$ERR" || fail 'EL2 lives'
	contains "the write's error" "$(cat "$ERR")" 'Input/output error'
	log_says "pkvm: EL2 is dead: $reason on CPU"
	for line in "$@"; do
		log_says "$line"
	done
	log_says 'pkvm: the host goes on; what EL2 holds is lost until the next boot'
}

# As above, with somebody listening: they hear of it, with the record if they may see it.
dies_before_listeners()
{
	local monitor status=0

	pkvmctl -j monitor --timeout 60 >"$TEST_DIR/events" &
	monitor=$!
	eventually 10 subscribed "$monitor"
	"$@"
	eventually 5 grep -q '"event":"crash"' "$TEST_DIR/events"
	kill -INT "$monitor"
	wait "$monitor" || status=$?
	is "the monitor's exit status" "$status" 0
	is 'state' "$(jq -r 'select(.event == "state").state' "$TEST_DIR/events")" dead
	is 'reason' "$(jq -r 'select(.event == "crash").reason' "$TEST_DIR/events")" bug
}

# A field of the record as pkvmctl shows it.
recorded()
{
	pkvmctl -j status | jq -re ".crash.$1"
}

# The exception syndrome tells a data abort at the current level; $1 is its fault status with
# the write bit, both from the Arm ARM.
record_shows_abort()
{
	local esr

	esr=$(($(recorded esr)))
	is 'exception class' $((esr >> 26 & 0x3f)) $((0x25))
	is 'write bit and fault type' $((esr & 0x7c)) $(($1))
}

# What reaches EL2 is refused with its sentence; what does not, works.
everything_is_refused()
{
	runs 0 pkvmctl status
	contains 'pkvmctl status' "$(cat "$OUT")" dead
	runs 5 pkvmctl vm create
	is 'sentence of vm create' "$(cat "$ERR")" "pkvmctl: $DEAD"
	runs 5 pkvmctl topup 1M
	is 'sentence of topup' "$(cat "$ERR")" "pkvmctl: $DEAD"
	runs 5 pkvmctl heap show
	runs 5 pkvmctl heap map
	runs 5 pkvmctl heap check
	runs 5 pkvmctl selftest
	runs 5 pkvmctl shrinker show
}

# Nothing may be taken from a machine that tries and fails.
topup_loses_no_page()
{
	local before i

	before=$(free_kib)
	for i in {1..20}; do
		runs 5 pkvmctl topup 4M
	done
	number 'memory lost, KiB,' $((before - $(free_kib))) -lt 1024
}

module_is_pinned()
{
	runs 1 rmmod pkvm
	contains "rmmod's error" "$(cat "$ERR")" 'in use'
}

# A CPU can leave a dead EL2, but not come back behind it.
cpu_can_only_leave()
{
	echo 0 >/sys/devices/system/cpu/cpu1/online
	! echo 1 >/sys/devices/system/cpu/cpu1/online 2>"$ERR" || fail 'CPU 1 is online'
	log_says 'pkvm: CPU 1 stays offline until the next boot: EL2 is dead'
	is 'state of CPU 1' "$(cat /sys/devices/system/cpu/cpu1/online)" 0
}

# The kernel asks the shrinker, which finds nothing.
host_reclaims_memory()
{
	echo 3 >/proc/sys/vm/drop_caches
	runs 0 stress --quiet --vm 1 --vm-bytes 64M --timeout 1
}

call_until_refused()
{
	while pkvmctl vm create --vcpus 8 && pkvmctl heap show && pkvmctl vm destroy --all; do
		:
	done
}

# EL2 dies holding its locks while the other CPUs call: all of them come back, with the error.
callers_come_back()
{
	local i callers=() status

	modprobe pkvm
	for i in 1 2 3 4 5 6; do
		call_until_refused >"$TEST_DIR/calls$i" 2>"$TEST_DIR/caller$i" &
		callers+=($!)
	done
	for i in 1 2 3 4 5 6; do
		eventually 10 test -s "$TEST_DIR/calls$i"
	done
	dies 4 bug 'pkvm: at kmod/hyp/debug.c:'
	for i in 1 2 3 4 5 6; do
		eventually 10 not_running "${callers[i - 1]}"
	done
	for i in 1 2 3 4 5 6; do
		contains "what caller $i said" "$(cat "$TEST_DIR/caller$i")" "pkvmctl: $DEAD"
	done
}

not_running()
{
	! kill -0 "$1" 2>"$ERR"
}

# A stray write over a header: found by the check, at the chunk, in both forms of output.
corruption_is_found()
{
	modprobe pkvm
	pkvmctl topup 16
	pkvmctl heap check
	provoke 5
	runs 1 pkvmctl heap check
	contains 'heap check' "$(cat "$OUT")" header
	runs 1 pkvmctl -j heap check
	is 'result' "$(jq -r .result "$OUT")" header
}

# Registers as the record has them, and where things are: numbers that nobody else has.
known_addresses()
{
	{
		pkvmctl -j status | jq -r '.crash | .elr, .far, .sp'
		dmesg | grep -o 'pkvm: x[0-9]* .*' | tr ' ' '\n'
	} | sed -n 's/^\(0x\)\?0*\([1-9a-f][0-9a-f]\{8,\}\)$/\2/p' | sort -u
}

# The record is in a report, but for the addresses in it.
report_has_no_addresses()
{
	local archive report

	cd "$TEST_DIR"
	known_addresses >addresses
	number 'addresses known' "$(wc -l <addresses)" -ge 4
	archive=$(pkvmctl report)
	tar xzf "$archive"
	report=${archive%.tar.gz}
	is 'addresses told' "$(grep -rnF -f addresses "$report" || true)" ''
	contains 'kernel log' "$(cat "$report/kernel-log.txt")" 'pkvm: EL2 is dead: exception on CPU'
	is record "$(jq -c '.crash | [.reason, .elr_offset, .esr]' "$report/status.json")" \
		"$(pkvmctl -j status | jq -c '.crash | [.reason, .elr_offset, .esr]')"
}

CORPSE_CASES=(everything_is_refused topup_loses_no_page module_is_pinned cpu_can_only_leave
	host_reclaims_memory)

# The cases of any dead EL2, and the record of this kind of death.
case $1 in
bug)
	test_case load load_and_use
	test_case dies dies_before_listeners dies 0 bug 'pkvm: at kmod/hyp/debug.c:'
	;;
null)
	test_case load load_and_use
	test_case dies dies 1 exception ', far 0x0000000000000000,'
	# A write, translation fault.
	test_case record record_shows_abort 0x44
	;;
text-write)
	test_case load load_and_use
	test_case dies dies 2 exception
	# A write, permission fault: text is mapped, not writable.
	test_case record record_shows_abort 0x4c
	test_case report report_has_no_addresses
	;;
stack)
	test_case load load_and_use
	test_case dies dies 3 'stack overflow'
	# A write, translation fault: the guard page.
	test_case record record_shows_abort 0x44
	;;
locked)
	test_case callers-come-back callers_come_back
	;;
corrupt)
	test_case corruption-is-found corruption_is_found
	CORPSE_CASES=()
	;;
esac
for corpse_case in "${CORPSE_CASES[@]}"; do
	test_case "${corpse_case//_/-}" "$corpse_case"
done
test_case kernel-log log_is_clean
