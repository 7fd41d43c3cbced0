#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pkvmd as others see and steer it: with systemd's units, on D-Bus, by polkit, over HTTP.
#: machine a57: --timeout 300
#: machine promtool: --mem 2G --push {promtool} --push {rules} --push {rules_test}

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

# What the destination, object and interface are called.
BUS=(org.pkvm1 /org/pkvm1 org.pkvm1.Manager)
INTERFACE_XML=/usr/share/dbus-1/interfaces/org.pkvm1.Manager.xml
RULES=/etc/polkit-1/rules.d/50-test.rules
# Growth that is none: what the allocator and the libraries keep after their first use.
RSS_SLACK_KIB=256
CALLS=10000
SCRAPES=1000

as_nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}

json()
{
	jq -er "$1" "$OUT"
}

# call METHOD [SIGNATURE ARGUMENT...]: prints what busctl prints
call()
{
	busctl call "${BUS[@]}" "$@"
}

property()
{
	busctl get-property "${BUS[@]}" "$1" | cut -d ' ' -f 2-
}

# refused NAME COMMAND...: it fails, and names the polkit action org.pkvm1.NAME and why.
refused()
{
	local action=org.pkvm1.$1
	shift

	runs 1 "$@"
	contains 'the refusal' "$(cat "$ERR")" "$action: "
}

install_service()
{
	systemd-sysusers
	systemctl reload dbus
	systemctl daemon-reload
}

# The module comes first.
service_starts()
{
	! lsmod | grep '^pkvm ' >/dev/null || fail 'the module is loaded already'
	systemctl start pkvmd
	is 'the unit' "$(systemctl is-active pkvmd)" active
	lsmod | grep '^pkvm ' >/dev/null
	is 'its user' "$(stat -c %U "/proc/$(systemctl show -P MainPID pkvmd)")" pkvmd
	eventually 10 is_live
}

is_live()
{
	[ "$(property State)" = '"live"' ]
}

is_hardened()
{
	local exposure

	exposure=$(systemd-analyze security --no-pager pkvmd |
		sed -n 's/.*exposure level for pkvmd.service: \([0-9.]*\) .*/\1/p')
	echo "exposure level $exposure"
	runs 0 systemd-analyze verify --man=no pkvmd.service pkvmd.socket
	is 'what systemd finds fault with' "$(cat "$OUT" "$ERR")" ''
	is 'exposure at most 2.0' "$(awk -v e="$exposure" 'BEGIN { print e != "" && e <= 2.0 }')" 1
	is 'oom_score_adj' "$(cat "/proc/$(systemctl show -P MainPID pkvmd)/oom_score_adj")" -900
}

# What it says of itself is what is installed for others to read; names tell units.
explains_itself()
{
	local method

	is 'the interface' "$(pkvmd --bus-introspect)" "$(tail -n +2 $INTERFACE_XML)"
	runs 0 gdbus introspect --system -d org.pkvm1 -o /org/pkvm1
	for method in TopUp Reclaim SetPolicy ReloadConfig ExplainLastDecision ListDecisions \
		ListVMs GetRequestHistograms; do
		contains 'the introspection' "$(cat "$OUT")" "$method("
	done
	contains 'the introspection' "$(cat "$OUT")" 'in  t pages'
	runs 0 busctl introspect "${BUS[@]}"
	contains 'the introspection' "$(cat "$OUT")" .ReserveTargetPages
}

# As from another host: what "ssh HOST systemd-stdio-bridge" does there, done here.
remote_user_reads()
{
	mkdir "$TEST_DIR/bin"
	printf '#!/bin/sh\nexec systemd-stdio-bridge\n' >"$TEST_DIR/bin/ssh"
	chmod 755 "$TEST_DIR/bin/ssh"
	runs 0 env PATH="$TEST_DIR/bin:$PATH" busctl -H fleet introspect "${BUS[@]}"
	contains 'the introspection' "$(cat "$OUT")" .ReserveTargetPages
	runs 0 env PATH="$TEST_DIR/bin:$PATH" busctl -H fleet call "${BUS[@]}" ExplainLastDecision
	contains explanation "$(cat "$OUT")" '"reserve-pages" t'
}

everyone_may_read()
{
	pkvmctl vm create --vcpus 2
	runs 0 as_nobody busctl get-property "${BUS[@]}" OwnedPages
	is 'pages owned' "$(cat "$OUT")" "t $(figure .memory.owned_pages)"
	runs 0 as_nobody busctl call "${BUS[@]}" ExplainLastDecision
	contains explanation "$(cat "$OUT")" '"reserve-pages" t'
	runs 0 as_nobody busctl --json=short call "${BUS[@]}" ListVMs
	is 'vCPUs of the VM' "$(jq '.data[0][0].vcpus.data' "$OUT")" 2
	is 'its creator' "$(jq -r '.data[0][0].creator.data' "$OUT")" pkvmctl
	runs 0 as_nobody /root/scrape
	runs 0 as_nobody pkvmctl policy explain
	runs 0 as_nobody pkvmctl metrics
	pkvmctl vm destroy --all
}

# Nobody has made a place for its maps: the daemon does without, and says so.
probe_is_missed()
{
	local reason='there was no /sys/fs/bpf/pkvm when pkvmd began'

	is ProbeRunning "$(property ProbeRunning)" false
	contains ProbeReason "$(property ProbeReason)" "$reason"
	contains 'status of pkvmd' "$(systemctl show -P StatusText pkvmd)" "; no probe: $reason"
	runs 1 as_nobody busctl call "${BUS[@]}" GetRequestHistograms
	contains 'the error' "$(cat "$ERR")" "no figures of hyp requests: $reason"
}

changing_is_refused()
{
	local before

	before=$(property Configuration)$(figure .memory.topped_up_pages)
	refused move-pages as_nobody busctl call "${BUS[@]}" TopUp t 64
	refused move-pages as_nobody busctl call "${BUS[@]}" Reclaim t 64
	refused reload-config as_nobody busctl call "${BUS[@]}" ReloadConfig
	refused set-policy as_nobody busctl call "${BUS[@]}" SetPolicy 'a{ss}' 1 Floor 2M
	runs 4 as_nobody pkvmctl policy set Floor=2M
	contains 'the refusal' "$(cat "$ERR")" 'pkvmctl: org.pkvm1.set-policy: polkit wants'
	is 'what could have changed' "$(property Configuration)$(figure .memory.topped_up_pages)" \
		"$before"
}

polkit_may_allow()
{
	cat >$RULES <<-'END'
		polkit.addRule(function(action, subject) {
			if (subject.user != "nobody")
				return polkit.Result.NOT_HANDLED;
			return action.id == "org.pkvm1.move-pages" ? "yes" : "no";
		});
	END
	systemctl restart polkit
	runs 0 as_nobody busctl call "${BUS[@]}" TopUp t 64
	is 'what it says' "$(cat "$OUT")" 'ts 64 ""'
	refused set-policy as_nobody busctl call "${BUS[@]}" SetPolicy 'a{ss}' 1 Floor 2M
	contains 'the refusal' "$(cat "$ERR")" 'polkit does not allow this'
	rm $RULES
	systemctl restart polkit
}

without_polkit_only_root()
{
	systemctl mask --runtime --now polkit
	refused move-pages as_nobody busctl call "${BUS[@]}" TopUp t 64
	contains 'the refusal' "$(cat "$ERR")" 'only root may do this'
	is 'what root gets' "$(call TopUp t 64)" 'ts 64 ""'
	systemctl unmask --runtime polkit
}

pages_are_moved()
{
	local before pages said

	before=$(figure .memory.stock_pages)
	read -r _ pages said < <(call TopUp t 300)
	is 'the sentence of a top-up' "$said" '""'
	topped_up 'pages moved' "$pages" 300
	is 'stock' "$(figure .memory.stock_pages)" $((before + pages))
	is 'what a reclaim says' "$(call Reclaim t 300)" 'ts 300 ""'
	runs 1 call TopUp t 0
	contains 'the error' "$(cat "$ERR")" 'pages 0: out of range (1 to '
	runs 1 call Reclaim t 99999999999
	contains 'the error' "$(cat "$ERR")" 'out of range (1 to '
}

policy_is_set()
{
	local before

	runs 0 pkvmctl -j policy set Floor=2M Ceiling=32M
	is Floor "$(jq -r '.policy[] | select(.key == "Floor") | .value, .origin' "$OUT" |
		tr '\n' ' ')" '2M run time '
	before=$(property Configuration)
	runs 1 pkvmctl policy set Floor=1M Ceiling=nonsense
	contains 'the error' "$(cat "$ERR")" Ceiling
	runs 1 pkvmctl policy set Floor=64M Ceiling=32M
	runs 1 pkvmctl policy set Base=1M
	contains 'the error' "$(cat "$ERR")" Base
	is 'the configuration' "$(property Configuration)" "$before"
	call ReloadConfig
	contains 'the configuration' "$(property Configuration)" '"Floor" "1M" "default"'
}

# An action is told before and after, with its reason; a changed property once.
signals_tell()
{
	local monitor pages

	gdbus monitor --system --dest org.pkvm1 >"$TEST_DIR/signals" &
	monitor=$!
	eventually 10 grep -q 'owned by' "$TEST_DIR/signals"
	call TopUp t 10
	pkvmctl policy set DryRun=yes
	call TopUp t 20
	call ReloadConfig
	eventually 10 grep -q "'DryRun': <false>" "$TEST_DIR/signals"
	kill $monitor
	cat "$TEST_DIR/signals"
	is 'signals before and after' "$(grep -c 'Manager.ActionBegins\|Manager.ActionEnded' \
		"$TEST_DIR/signals")" 4
	grep "ActionBegins.*'action': <'topup'>.*'reason': <'requested'>" "$TEST_DIR/signals" |
		grep "'asked-pages': <uint64 10>.*'reserve-pages': <uint64 " >/dev/null
	pages=$(sed -n "s/.*ActionEnded.*'dry-run': <false>.*'done-pages': <uint64 \([0-9]*\)>.*/\1/p" \
		"$TEST_DIR/signals")
	topped_up 'pages done' "$pages" 10
	grep "ActionEnded.*'dry-run': <true>.*'asked-pages': <uint64 20>" "$TEST_DIR/signals" |
		grep "'done-pages': <uint64 0>" >/dev/null
	grep -q "PropertiesChanged.*'DryRun': <true>" "$TEST_DIR/signals"
}

decisions_are_explained()
{
	call TopUp t 7
	runs 0 pkvmctl policy explain --count 1
	contains 'the past' "$(tail -n 1 "$OUT")" 'topup of 7 pages: '
	contains 'the present' "$(head -n 1 "$OUT")" 'now: '
	runs 0 pkvmctl -j policy explain --count 2
	is 'lines' "$(wc -l <"$OUT")" 3
	topped_up 'pages moved' "$(sed -n 2p "$OUT" | jq .moved_pages)" 7
	runs 0 pkvmctl -j status
	is 'the state that the daemon sees' "$(json .daemon.state)" live
}

metrics_are_served()
{
	/root/scrape >"$TEST_DIR/scrape"
	contains 'the header' "$(cat "$TEST_DIR/scrape")" 'application/openmetrics-text; version=1.0.0'
	is 'the last line' "$(tail -n 1 "$TEST_DIR/scrape")" '# EOF'
	runs 0 pkvmctl metrics
	is 'families of pkvmctl metrics' "$(grep '^#' "$OUT")" "$(grep '^#' "$TEST_DIR/scrape")"
	is 'reserve in bytes' "$(sed -n 's/^pkvm_reclaimable_bytes //p' "$OUT")" \
		$(($(figure .memory.reclaimable_pages) * 4096))
	/root/scrape -a 'text/plain;version=0.0.4' >"$TEST_DIR/scrape"
	contains 'the header' "$(cat "$TEST_DIR/scrape")" 'text/plain; version=0.0.4'
	/root/scrape -p / >"$TEST_DIR/scrape"
	contains 'the answer elsewhere' "$(cat "$TEST_DIR/scrape")" 'HTTP/1.1 404'
	/root/scrape -m POST >"$TEST_DIR/scrape"
	contains 'the answer to POST' "$(cat "$TEST_DIR/scrape")" 'HTTP/1.1 405'
}

rss_kib()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$(systemctl show -P MainPID pkvmd)/status"
}

# After a first round, in which buffers get their size.
memory_stays()
{
	local before

	/root/bus_calls 600
	/root/scrape -n 50 >"$TEST_DIR/scrape"
	before=$(rss_kib)
	/root/bus_calls $CALLS
	/root/scrape -n $SCRAPES >"$TEST_DIR/scrape"
	echo "RSS was $before KiB, is $(rss_kib) KiB"
	number 'RSS in KiB' "$(rss_kib)" -le $((before + RSS_SLACK_KIB))
}

# A call starts it where it is enabled, and only there.
bus_activates()
{
	systemctl stop pkvmd.socket pkvmd
	runs 6 pkvmctl policy show
	contains 'the error' "$(cat "$ERR")" 'pkvmd does not run'
	runs 1 call ExplainLastDecision
	systemctl enable pkvmd
	runs 0 call ExplainLastDecision
	is 'the unit' "$(systemctl is-active pkvmd)" active
	systemctl disable pkvmd
}

socket_activates()
{
	systemctl stop pkvmd
	systemctl start pkvmd.socket
	is 'the unit' "$(systemctl is-active pkvmd || true)" inactive
	/root/scrape >"$TEST_DIR/scrape"
	is 'the last line' "$(tail -n 1 "$TEST_DIR/scrape")" '# EOF'
	is 'the unit' "$(systemctl is-active pkvmd)" active
}

tcp_by_drop_in()
{
	ip link set lo up
	mkdir -p /run/systemd/system/pkvmd.socket.d
	printf '[Socket]\nListenStream=127.0.0.1:9878\n' >/run/systemd/system/pkvmd.socket.d/tcp.conf
	systemctl daemon-reload
	systemctl stop pkvmd.socket pkvmd
	systemctl start pkvmd.socket
	exec 3<>/dev/tcp/127.0.0.1/9878
	printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
	cat <&3 >"$TEST_DIR/scrape"
	is 'the last line' "$(tail -n 1 "$TEST_DIR/scrape")" '# EOF'
	/root/scrape >"$TEST_DIR/scrape"
	is 'the last line' "$(tail -n 1 "$TEST_DIR/scrape")" '# EOF'
	rm -r /run/systemd/system/pkvmd.socket.d
	systemctl daemon-reload
}

ctl_works_without_daemon()
{
	systemctl stop pkvmd.socket pkvmd
	runs 0 pkvmctl status
	contains 'the status' "$(cat "$OUT")" 'pkvmd does not run'
	runs 0 pkvmctl metrics
	is 'the last line' "$(tail -n 1 "$OUT")" '# EOF'
	is 'pages owned' "$(awk '/^pkvm_owned_bytes{/ { n += $2 } END { print n / 4096 }' "$OUT")" \
		"$(figure .memory.owned_pages)"
	! grep '^pkvmd_' "$OUT" || fail 'figures of a daemon that does not run'
}

# As on a kernel without the system call: all else works.
runs_without_bpf()
{
	local reason='this kernel is built without BPF' drop_in=/run/systemd/system/pkvmd.service.d

	mkdir -p $drop_in
	printf '[Service]\nSystemCallFilter=~bpf\nSystemCallErrorNumber=ENOSYS\n' >$drop_in/bpf.conf
	systemctl daemon-reload
	systemctl start pkvmd
	eventually 10 test "$(property State)" = '"live"'
	is ProbeReason "$(property ProbeReason)" "\"$reason\""
	contains 'status of pkvmd' "$(systemctl show -P StatusText pkvmd)" "; no probe: $reason"
	contains 'the scrape' "$(/root/scrape)" 'pkvmd_probe_running 0'
	systemctl stop pkvmd.socket pkvmd
	rm -r $drop_in
	systemctl daemon-reload
}

stops_cleanly()
{
	systemctl start pkvmd
	systemctl stop pkvmd.socket pkvmd
	is 'the result' "$(systemctl show -P Result pkvmd)" success
	rmmod pkvm
}

# So that there are figures of every kind.
probe_measures()
{
	systemd-tmpfiles --create pkvmd-probe.conf
	systemctl start pkvmd-probe
	systemctl restart pkvmd
	eventually 10 test "$(property ProbeRunning)" = true
	# Else what was taken back may be there again when it is wanted.
	pkvmctl policy set DryRun=yes
	pkvmctl reclaim --all
	pkvmctl vm create --max-vcpus 512
	contains 'the scrape' "$(/root/scrape)" 'pkvmd_probe_calls_total{source="module"'
}

# As Prometheus sees it.
promtool_accepts_a_scrape()
{
	/root/scrape -a 'text/plain;version=0.0.4' | sed '1,/^\r$/d' >"$TEST_DIR/text"
	runs 0 sh -c "/root/promtool check metrics <$TEST_DIR/text"
}

# Its parser of OpenMetrics is behind the import of blocks, which wants times.
promtool_imports_openmetrics()
{
	/root/scrape | sed '1,/^\r$/d' | sed "/^#/!s/\$/ $(date +%s)/" >"$TEST_DIR/openmetrics"
	runs 0 /root/promtool tsdb create-blocks-from openmetrics "$TEST_DIR/openmetrics" \
		"$TEST_DIR/blocks"
}

promtool_accepts_the_rules()
{
	runs 0 /root/promtool check rules /root/pkvm-rules.yml
	runs 0 /root/promtool test rules /root/rules-test.yml
}

test_case install install_service
test_case start service_starts
if [ "$1" = promtool ]; then
	test_case probe probe_measures
	test_case scrape promtool_accepts_a_scrape
	test_case openmetrics promtool_imports_openmetrics
	test_case alert-rules promtool_accepts_the_rules
	exit
fi
test_case hardened is_hardened
test_case introspection explains_itself
test_case remote remote_user_reads
test_case reading everyone_may_read
test_case no-probe probe_is_missed
test_case refusals changing_is_refused
test_case polkit-allows polkit_may_allow
test_case no-polkit without_polkit_only_root
test_case move pages_are_moved
test_case set-policy policy_is_set
test_case signals signals_tell
test_case explain decisions_are_explained
test_case metrics metrics_are_served
test_case rss memory_stays
test_case bus-activation bus_activates
test_case socket-activation socket_activates
test_case tcp tcp_by_drop_in
test_case no-daemon ctl_works_without_daemon
test_case no-bpf runs_without_bpf
test_case stop stops_cleanly
test_case kernel-log log_is_clean
