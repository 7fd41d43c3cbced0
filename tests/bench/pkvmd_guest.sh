#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/bench/pkvmd_run has run in the machine: prints "bench NAME VALUE" for each figure.

# shellcheck source-path=SCRIPTDIR/../system source=guest.sh
. /root/guest.sh
set -eE

VMS=16
VCPUS=16
IDLE_MINUTES=10
IDLE_PAGES=32768

bench()
{
	echo "bench $1 $2"
}

main_pid()
{
	systemctl show -P MainPID pkvmd
}

# Requests of a burst of VM starts, whose VMs stay.
burst_requests()
{
	local before

	before=$(figure .memory.requests)
	pkvmctl vm create --vcpus $VCPUS --count $VMS >/dev/null
	echo $(($(figure .memory.requests) - before))
}

# Without a floor, so that the reserve is what was learnt; without the watchdog's own wake-ups.
prepare()
{
	systemd-sysusers
	busctl -q call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig
	mkdir -p /run/pkvmd.conf.d /run/systemd/system/pkvmd.service.d
	printf '[Reserve]\nFloor=0\n' >/run/pkvmd.conf.d/50-bench.conf
	printf '[Service]\nWatchdogSec=0\n' >/run/systemd/system/pkvmd.service.d/bench.conf
	systemctl daemon-reload
	modprobe pkvm
}

measure_requests()
{
	bench vm_create/requests/without "$(burst_requests)"
	pkvmctl vm destroy --all >/dev/null
	rmmod pkvm
	systemctl start pkvmd
	burst_requests >/dev/null
	sleep 5
	bench vm_create/requests/with_reserve "$(burst_requests)"
	sleep 5
}

# proc FILE KEY: a figure of the daemon's, by the first column.
proc()
{
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$(main_pid)/$1"
}

# One switch to it is one wake-up.
switches()
{
	echo $(($(proc status voluntary_ctxt_switches) + $(proc status nonvoluntary_ctxt_switches)))
}

cpu_ticks()
{
	awk '{ print $14 + $15 }' "/proc/$(main_pid)/stat"
}

measure_idle()
{
	local switches ticks

	switches=$(switches)
	ticks=$(cpu_ticks)
	sleep $((IDLE_MINUTES * 60))
	bench pkvmd/idle_wakeups_per_minute \
		"$(awk "BEGIN { print ($(switches) - $switches) / $IDLE_MINUTES }")"
	bench pkvmd/idle_cpu_ms $((($(cpu_ticks) - ticks) * 1000 / $(getconf CLK_TCK)))
	bench pkvmd/idle_rss_bytes $(($(proc status VmRSS) * 1024))
}

# The first take-back that pressure was the reason of: FIELD of its message in the journal.
taken_back()
{
	journalctl -u pkvmd -o json --no-pager | jq -se "map(select(.PKVM_MOVED_PAGES and
		.PKVM_ACTION != \"topup\")) | first | .$1 | tonumber"
}

# A task that waits for memory: more than its control group is to have, which slows it down.
hog_slowly()
{
	local cgroup=/sys/fs/cgroup/slow

	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $cgroup
	echo 8M >$cgroup/memory.high
	bash -c "echo \$\$ >$cgroup/cgroup.procs; exec /root/hog 65536"
}

measure_pressure()
{
	local psi hog

	pkvmctl topup $IDLE_PAGES >/dev/null
	/root/psi_wait 100000 2000000 120 >"$TEST_DIR/psi" &
	psi=$!
	hog_slowly &
	hog=$!
	wait $psi
	eventually 20 taken_back PKVM_MOVED_PAGES >/dev/null 2>&1
	kill $hog
	bench pkvmd/psi_to_pages_ms \
		$((($(taken_back __MONOTONIC_TIMESTAMP) - $(cat "$TEST_DIR/psi")) / 1000))
	bench pkvmd/psi_moved_pages "$(taken_back PKVM_MOVED_PAGES)"
}

prepare
measure_requests
measure_idle
measure_pressure
