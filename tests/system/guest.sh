# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the groups share in the machine under test: how a case is run and reported
# (tests/system/run says in which form), and what cases are written with. A group's
# script sources it and calls test_case for each of its cases, in order.

set -uo pipefail

TEST_DIR=$(mktemp -d)
# What the command that `runs` ran last wrote to its standard output and error.
OUT=$TEST_DIR/out
ERR=$TEST_DIR/err

# EL2's pages in one of this kernel's.
# shellcheck disable=SC2034 # used by those who source this
HYP_PER_HOST=$(($(getconf PAGESIZE) / 4096))

LOG_LINES=30
# What the kernel says when something is wrong with it, and the module when pages are lost.
LOG_ALARMS='WARNING:|BUG:|Oops|Call trace:|Internal error|Unable to handle|KASAN|UBSAN'
LOG_ALARMS+='|rcu: .*(stall|detected)|soft lockup|blocked for more than|Bad page'
LOG_ALARMS+='|scheduling while atomic|list_(add|del) corruption|refcount_t:'
LOG_ALARMS+='|have not come back|does not give its pages back|had lost EL2'

# Run case $1: command $2 with its arguments (a function as a rule), in a subshell in which
# every command has to succeed. Starts with a mark in the kernel log, see kernel_log.
test_case()
{
	local name=$1 status reason
	shift

	: >"$TEST_DIR/reason"
	echo "<6>system-test case $name" >/dev/kmsg
	(
		set -eE
		trap 'unexpected "$LINENO" "$BASH_COMMAND"' ERR
		"$@"
	) >"$TEST_DIR/case" 2>&1
	status=$?
	reason=$(cat "$TEST_DIR/reason")
	case $status in
	0) echo "PASS $name" ;;
	77) echo "SKIP $name $reason" ;;
	*)
		echo "FAIL $name ${reason:-ended with status $status}"
		sed 's/^/output: /' "$TEST_DIR/case"
		kernel_log | tail -n "$LOG_LINES" | sed 's/^/kernel: /'
		;;
	esac
}

# The first reason counts: what follows from it fails too.
give_reason()
{
	[ -s "$TEST_DIR/reason" ] || echo "$*" | tr '\n' ' ' >"$TEST_DIR/reason"
}

unexpected()
{
	give_reason "line $1: '$2' failed"
}

# End the case: failed, for the reason given; or not to be run here.
fail()
{
	give_reason "$*"
	exit 1
}

skip()
{
	give_reason "$*"
	exit 77
}

# is WHAT SEEN EXPECTED
is()
{
	[ "$2" = "$3" ] || fail "$1 is '$2', expected '$3'"
}

# number WHAT SEEN OPERATOR LIMIT: compare as test(1) does, e.g. number pages 7 -ge 3
number()
{
	test "$2" "$3" "$4" || fail "$1 is $2, expected $3 $4"
}

# topped_up WHAT SEEN ASKED: so many of EL2's pages, in whole ones of the host's
topped_up()
{
	number "$1" "$2" -ge "$3"
	number "$1" "$2" -lt $(($3 + HYP_PER_HOST))
}

# contains WHAT TEXT PART
contains()
{
	[[ $2 == *"$3"* ]] || fail "$1 is '$2', expected '$3' in it"
}

# runs STATUS COMMAND...: run it and expect this exit status; what it said is in OUT and ERR.
runs()
{
	local expected=$1 status=0
	shift

	"$@" >"$OUT" 2>"$ERR" </dev/null || status=$?
	[ "$status" -eq "$expected" ] ||
		fail "'$*' ended with $status, expected $expected, and said: $(cat "$OUT" "$ERR")"
}

# Print what the kernel has said since the case began.
kernel_log()
{
	dmesg | awk '/system-test case / { said = ""; next }
		{ said = said $0 "\n" }
		END { printf "%s", said }'
}

# log_says TEXT: the kernel has said so since the case began.
log_says()
{
	local log

	log=$(kernel_log)
	[[ $log == *"$1"* ]] || fail "the kernel log lacks '$1'; it says: $(tail -n 5 <<<"$log")"
}

# log_is_clean: nothing alarming since boot.
log_is_clean()
{
	local alarms

	alarms=$(dmesg | grep -E "$LOG_ALARMS" || true)
	[ -n "$alarms" ] || return 0
	dmesg | grep -m 1 -A "$LOG_LINES" -E "$LOG_ALARMS" || true
	fail "the kernel log says: $(head -n 3 <<<"$alarms")"
}

# eventually SECONDS COMMAND...: wait until it succeeds.
eventually()
{
	local tries=$(($1 * 20))
	shift

	until "$@"; do
		[ "$tries" -gt 0 ] || fail "'$*' does not come true"
		tries=$((tries - 1))
		sleep 0.05
	done
}

# subscribed PID: the process listens to a generic netlink group. libnl's port numbers are the
# process's with a count of its sockets above bit 22.
subscribed()
{
	awk -v pid="$1" '$2 == 16 && $3 % 4194304 == pid && $4 !~ /^0*$/ { found = 1 }
		END { exit !found }' /proc/net/netlink
}

# figure PATH: a number of the statistics, e.g. figure .memory.owned_pages
figure()
{
	pkvmctl -j heap show | jq -e "$1"
}

# meminfo KEY: a value of /proc/meminfo, in KiB.
meminfo()
{
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# Free memory in KiB, exact to a few pages while the machine idles: MemFree lags behind by what
# the CPUs count on their own, and leaves out the free pages that they keep for themselves.
free_kib()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	# What is freed after an RCU grace period or by a work item.
	sleep 0.3
	cat /proc/sys/vm/stat_refresh
	awk '$1 == "nr_free_pages" || $1 == "count:" { pages += $2 }
		END { print pages * '"$(getconf PAGESIZE)"' / 1024 }' /proc/zoneinfo
}

# Who holds EL2 on every CPU: stub (the kernel's own vectors) or pkvm.
held_by()
{
	insmod /root/stubcheck.ko holder="$1" || fail "EL2 is not held by $1 everywhere: $(
		kernel_log | grep stubcheck: | tail -n 8)"
	rmmod stubcheck
}
