#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pkvmd under systemd: it waits for the module and outlives it, learns what VM starts take and
# has it ready, gives memory back when the host is short, and loses nothing when it is killed.
# (What the bus and the metrics say is the group bus.)
#: machine a57: --mem {short} --timeout 400

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

CONFIG=/etc/pkvmd.conf
DROPINS=/run/pkvmd.conf.d
VMS=16
VCPUS=16
# What EL2 holds idle when memory gets short: 128 MiB.
IDLE_PAGES=32768

# Without a floor, so that all the reserve is learnt; and quick.
write_config()
{
	cat >$CONFIG <<-END
	[Reserve]
	Floor=0
	HoldTime=1s
	END
}

prepare()
{
	systemd-sysusers
	# The bus has read its policy when there was no user pkvmd yet.
	busctl -q call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig
	systemctl mask modprobe@pkvm.service
	write_config
}

journal()
{
	journalctl -u pkvmd -o cat --no-pager "$@"
}

# said TEXT: in the journal of the daemon's present run.
said()
{
	journal _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID pkvmd)" |
		grep -F -- "$1" >/dev/null
}

main_pid()
{
	systemctl show -P MainPID pkvmd
}

# The first part of the status line: pressure and a missing probe follow.
state_is()
{
	[ "$(systemctl show -P StatusText pkvmd | cut -d ';' -f 1)" = "$1" ]
}

waits_for_the_module()
{
	systemctl start pkvmd
	state_is 'Waiting for the pkvm module to be loaded'
	modprobe pkvm
	eventually 5 state_is 'Supplying EL2'
}

requests()
{
	figure .memory.requests
}

burst()
{
	pkvmctl vm create --vcpus $VCPUS --count $VMS >"$TEST_DIR/vms"
}

reload_module()
{
	pkvmctl vm destroy --all
	rmmod pkvm
	modprobe pkvm
}

# at_least PATH PAGES
at_least()
{
	[ "$(figure "$1")" -ge "$2" ]
}

burst_without_daemon()
{
	modprobe pkvm
	burst
	number 'requests of a burst' "$(requests)" -ge $VMS
	pkvmctl vm destroy --all
	rmmod pkvm
}

# What the first burst took, kept for the cases after it.
first_burst_is_learnt()
{
	burst
	number 'requests of the first burst' "$(requests)" -gt 0
	figure .memory.heap_pages >/root/burst_pages
	eventually 10 at_least .memory.reclaimable_pages "$(cat /root/burst_pages)"
}

second_burst_makes_no_request()
{
	local before

	before=$(requests)
	burst
	is 'requests of the second burst' "$(requests)" "$before"
	number VMs "$(figure .memory.vms)" -eq $((2 * VMS))
}

# The module and EL2 are new, what was learnt is not.
unloaded_and_loaded_under_it()
{
	local pid

	pid=$(main_pid)
	pkvmctl vm destroy --all
	rmmod pkvm
	eventually 5 state_is 'Waiting for the pkvm module to be loaded'
	modprobe pkvm
	eventually 5 state_is 'Supplying EL2'
	eventually 10 at_least .memory.reclaimable_pages "$(cat /root/burst_pages)"
	burst
	is 'requests of a burst' "$(requests)" 0
	is 'the PID' "$(main_pid)" "$pid"
}

restarted()
{
	[ "$(main_pid)" != "$1" ] && systemctl is-active -q pkvmd
}

# With a new EL2 the reserve can only come from what the killed one has kept.
kill_loses_nothing()
{
	local pid

	pid=$(main_pid)
	kill -9 "$pid"
	eventually 20 restarted "$pid"
	systemctl stop pkvmd
	reload_module
	is 'pages of the reserve' "$(figure .memory.stock_pages)" 0
	systemctl start pkvmd
	eventually 10 at_least .memory.reclaimable_pages "$(cat /root/burst_pages)"
}

# At any moment: in the midst of its actions, too.
killed_again_and_again()
{
	local i pid

	systemctl stop pkvmd
	for i in 1 2 3 4 5 6; do
		pkvmctl reclaim --all
		systemctl start pkvmd
		sleep 0.0$i
		pid=$(main_pid)
		kill -9 "$pid"
		systemctl stop pkvmd
		runs 0 pkvmctl -j heap show
		is 'pages owned' "$(jq .memory.owned_pages "$OUT")" "$(jq '.memory | .boot_pages +
			.stock_pages + .heap_pages + .tables_pages + .vmemmap_pages' "$OUT")"
		runs 0 pkvmctl heap check
	done
	# However often: it is not given up.
	systemctl start pkvmd
	eventually 20 at_least .memory.reclaimable_pages "$(cat /root/burst_pages)"
}

# A process that does not run does not ping.
watchdog_recovers()
{
	local pid

	mkdir -p /run/systemd/system/pkvmd.service.d
	printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/pkvmd.service.d/test.conf
	systemctl daemon-reload
	systemctl restart pkvmd
	pid=$(main_pid)
	sleep 3
	is 'the PID' "$(main_pid)" "$pid"
	kill -STOP "$pid"
	eventually 20 restarted "$pid"
	rm /run/systemd/system/pkvmd.service.d/test.conf
	systemctl daemon-reload
	systemctl restart pkvmd
}

reload_takes_drop_ins()
{
	mkdir -p $DROPINS
	printf '[Reserve]\nFloor=8M\n' >$DROPINS/50-floor.conf
	systemctl reload pkvmd
	eventually 10 at_least .memory.reclaimable_pages 2048
	contains 'the configuration' "$(pkvmd --print-config)" \
		"# $DROPINS/50-floor.conf:2"$'\n'Floor=8M
	printf '[Reserve]\nFloor=lots\nRoof=1\n' >$DROPINS/50-floor.conf
	systemctl reload pkvmd
	eventually 5 said "$DROPINS/50-floor.conf:2: Floor: 'lots' is not a size"
	eventually 5 said "$DROPINS/50-floor.conf:3: unknown key 'Roof'"
	printf '[Reserve]\nFloor=8M\nCeiling=4M\n' >$DROPINS/50-floor.conf
	systemctl reload pkvmd
	eventually 5 said 'the old configuration stays: Floor 8M'
	systemctl is-active pkvmd
	rm $DROPINS/50-floor.conf
	systemctl reload pkvmd
}

dry_run_moves_nothing()
{
	local before

	before=$(figure .host.reclaimed_pages)
	printf '[Policy]\nDryRun=yes\n[Reserve]\nFloor=16M\n' >$DROPINS/50-dry.conf
	systemctl reload pkvmd
	eventually 5 said 'pages (dry run) begins: the reserve is below its low mark'
	number 'pages of the reserve' "$(figure .memory.reclaimable_pages)" -lt 4096
	is 'pages reclaimed' "$(figure .host.reclaimed_pages)" "$before"
	rm $DROPINS/50-dry.conf
	systemctl reload pkvmd
}

# What the cases before have made it decide: MESSAGE_IDs, each of one action and one kind.
decisions_have_ids()
{
	journalctl -u pkvmd -o json --no-pager |
		jq -s 'map(select(.PKVM_ACTION and (has("ERRNO") | not))) |
			map({ id: .MESSAGE_ID, what: [.PKVM_ACTION, has("PKVM_MOVED_PAGES"),
				(.MESSAGE | startswith("no "))] }) | unique' >"$TEST_DIR/ids"
	number 'kinds of decision' "$(jq length "$TEST_DIR/ids")" -ge 3
	is 'MESSAGE_IDs' "$(jq 'map(.id) | unique | length' "$TEST_DIR/ids")" \
		"$(jq length "$TEST_DIR/ids")"
}

# The time of the first take-back that pressure was the reason of, us of the monotonic clock.
taken_back_at()
{
	journalctl -u pkvmd -o json --no-pager | jq -se 'map(select(.PKVM_MOVED_PAGES and
		.PKVM_REASON != "requested" and .PKVM_ACTION != "topup" and
		(.PKVM_MOVED_PAGES | tonumber) > 0)) | first | .__MONOTONIC_TIMESTAMP | tonumber'
}

# What the kernel keeps for itself at least, and more after it was short.
MARGIN_KIB=16384

# hog SHARE: of all that is free but for the margin, and of SHARE percent of what EL2 holds.
# Without the latter it would be killed.
hog()
{
	/root/hog $(($(meminfo MemFree) - MARGIN_KIB +
		$(figure .memory.reclaimable_pages) * 4 * $1 / 100)) || fail 'the hog was killed'
}

pressure_brings_pages_back()
{
	local before psi

	journalctl -q --rotate
	journalctl -q --vacuum-time=1s
	pkvmctl topup $IDLE_PAGES
	before=$(figure .host.reclaimed_pages)
	/root/psi_wait 100000 2000000 60 >"$TEST_DIR/psi" &
	psi=$!
	hog 75
	wait $psi || fail 'there was no pressure'
	eventually 10 taken_back_at
	number 'pages taken back by pkvmd' "$(($(figure .host.reclaimed_pages) - before))" -gt 0
	echo $((($(taken_back_at) - $(cat "$TEST_DIR/psi")) / 1000)) >/root/reaction_ms
	number 'ms from PSI event to pages' "$(cat /root/reaction_ms)" -lt 10000
	number 'pages left' "$(figure .memory.reclaimable_pages)" -lt $((IDLE_PAGES / 2))
}

# completed ACTION: how many the journal has, since it was emptied.
completed()
{
	journalctl -u pkvmd -o json --no-pager |
		jq -s "map(select(.PKVM_MOVED_PAGES and .PKVM_ACTION == \"$1\")) | length"
}

pressure_is_over()
{
	awk '/^some/ { split($2, share, "="); exit share[2] >= 5 }' /proc/pressure/memory
}

# A reserve that fits only while nobody else needs the memory. Four rounds, each long enough for
# the hold time that the configuration has: damping makes it longer.
oscillating_hog_is_no_ping_pong()
{
	local i

	printf '[Reserve]\nFloor=48M\nHostShare=50%%\nHoldTime=5s\n[Pressure]\nLeave=5%%\n' \
		>$DROPINS/50-hog.conf
	systemctl reload pkvmd
	eventually 20 at_least .memory.reclaimable_pages 12288
	journalctl -q --rotate
	journalctl -q --vacuum-time=1s
	for i in 1 2 3 4; do
		hog 75
		eventually 60 pressure_is_over
		sleep 6
	done
	said 'what was taken back is donated again: pressure counts from 10.00 % on now'
	number 'top-ups' "$(completed topup)" -le 3
	number 'take-backs' "$(($(completed release) + $(completed reclaim)))" -le 8
	rm $DROPINS/50-hog.conf
	systemctl reload pkvmd
}

CGROUP=/sys/fs/cgroup/outer/watched

has_open()
{
	find "/proc/$(main_pid)/fd" -lname "*$1" | grep -q .
}

# A control group's pressure can be watched by whom its file is writable for, and as long as it
# is there; that it is, or is again, is noticed.
cgroup_is_watched()
{
	printf '[Pressure]\nCgroups=outer/watched\n' >$DROPINS/50-cgroup.conf
	systemctl reload pkvmd
	eventually 5 said "cannot watch $CGROUP/memory.pressure: No such file or directory"
	mkdir -p $CGROUP
	eventually 5 said "cannot watch $CGROUP/memory.pressure: Permission denied"
	chown pkvmd $CGROUP/memory.pressure
	eventually 5 has_open $CGROUP/memory.pressure
	rmdir $CGROUP ${CGROUP%/*}
	eventually 5 said "$CGROUP/memory.pressure is gone; its pressure does not count"
	mkdir -p $CGROUP
	chown pkvmd $CGROUP/memory.pressure
	eventually 5 has_open $CGROUP/memory.pressure
}

# With the drop-in of pkvmd(8) it need not be given to the daemon.
cgroup_by_capability()
{
	chown root $CGROUP/memory.pressure
	mkdir -p /run/systemd/system/pkvmd.service.d
	printf '[Service]\nAmbientCapabilities=CAP_DAC_OVERRIDE\nCapabilityBoundingSet=%s\n' \
		CAP_DAC_OVERRIDE >/run/systemd/system/pkvmd.service.d/cgroup.conf
	systemctl daemon-reload
	systemctl restart pkvmd
	eventually 5 has_open $CGROUP/memory.pressure
	! said 'cannot watch' || fail 'it could not be watched'
	rmdir $CGROUP ${CGROUP%/*}
	rm $DROPINS/50-cgroup.conf /run/systemd/system/pkvmd.service.d/cgroup.conf
	systemctl daemon-reload
	systemctl restart pkvmd
}

switches()
{
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$(main_pid)/status"
}

idle_daemon_sleeps()
{
	local before

	systemctl restart pkvmd
	sleep 5
	before=$(switches)
	sleep 20
	is 'context switches in 20 s' "$(switches)" "$before"
}

stops_cleanly()
{
	systemctl stop pkvmd
	is 'the result' "$(systemctl show -P Result pkvmd)" success
	pkvmctl vm destroy --all
	pkvmctl reclaim --all
	rmmod pkvm
	held_by stub
}

wrong_use_is_refused()
{
	runs 2 pkvmd --nonsense
	runs 2 pkvmd more
	contains 'the error' "$(cat "$ERR")" "unexpected argument 'more'"
	runs 0 pkvmd --help
	runs 0 pkvmd --version
	runs 0 pkvmd --dry-run --print-config
	contains 'the configuration' "$(cat "$OUT")" '# command line'$'\n'DryRun=yes
}

test_case prepare prepare
test_case without-daemon burst_without_daemon
test_case waits-for-the-module waits_for_the_module
test_case first-burst-is-learnt first_burst_is_learnt
test_case second-burst second_burst_makes_no_request
test_case unloaded-and-loaded unloaded_and_loaded_under_it
test_case killed kill_loses_nothing
test_case killed-again-and-again killed_again_and_again
test_case watchdog watchdog_recovers
test_case reload reload_takes_drop_ins
test_case dry-run dry_run_moves_nothing
test_case message-ids decisions_have_ids
test_case pressure pressure_brings_pages_back
echo "from the PSI event until pages were back: $(cat /root/reaction_ms) ms"
test_case oscillating-hog oscillating_hog_is_no_ping_pong
test_case cgroup cgroup_is_watched
test_case cgroup-by-capability cgroup_by_capability
test_case idle idle_daemon_sleeps
test_case wrong-use wrong_use_is_refused
test_case stop stops_cleanly
test_case kernel-log log_is_clean
