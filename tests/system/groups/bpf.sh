#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The eBPF probe of hyp requests: what it measures against what tracefs and the module's own
# counters tell of the same calls; events that are lost; pkvmd-probe, and who holds the module.
#: machine a57: --timeout 400

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

TRACING=/sys/kernel/tracing
HIST=$TEST_DIR/hist
EVENTS=$TEST_DIR/events
FACTS=$TEST_DIR/facts

# Calls that ask, for several causes; the last is given up, as its cgroup may have no more.
scenario()
{
	local cgroup=/sys/fs/cgroup/creator

	pkvmctl vm create --vcpus 0 --max-vcpus 512
	pkvmctl vm create --vcpus 4 --count 5
	pkvmctl selftest
	mkdir -p $cgroup
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo 256K >$cgroup/memory.max
	/root/vm_create_in $cgroup 512
	pkvmctl vm destroy --all
	pkvmctl reclaim --all
} >/dev/null

# Wait until the probe of the process $1 is attached.
attached()
{
	pkvmctl -j status | jq -e --argjson pid "$1" 'any(.use.holders[]; .pid == $pid)' >/dev/null
}

# Start a trace in the background, and wait until it measures. Sets TRACER.
start_trace()
{
	local out=$1
	shift

	pkvmctl "$@" >"$out" 2>"$TEST_DIR/tracer" &
	TRACER=$!
	eventually 15 attached "$TRACER"
}

# End it as people do; it succeeds.
end_trace()
{
	kill -INT "$TRACER"
	wait "$TRACER" || fail "the trace ended with $?: $(cat "$TEST_DIR/tracer")"
}

# Run a command with tracefs on; its requests are in FACTS: "cause vm asked pages retries errno
# duration_ns", a line each.
with_tracefs()
{
	echo 1400 >$TRACING/buffer_size_kb
	echo >$TRACING/trace
	echo 1 >$TRACING/events/pkvm/pkvm_hyp_req/enable
	"$@"
	echo 0 >$TRACING/events/pkvm/pkvm_hyp_req/enable
	sed -n 's/.*: pkvm_hyp_req: type=pages cause=\([a-z]*\) vm=\([0-9]*\) asked=\([0-9]*\) pages=\([0-9]*\) retries=\([0-9]*\) errno=\([-0-9]*\) duration_ns=\([0-9]*\)$/\1 \2 \3 \4 \5 \6 \7/p' \
		$TRACING/trace >"$FACTS"
	number 'requests that tracefs has seen' "$(wc -l <"$FACTS")" -gt 3
}

# A line for each bucket of each histogram: "cause histogram from count". Of the facts:
histograms_of_facts()
{
	awk 'function add(name, value, from)
		{
			from = value ? 1 : 0
			while (from && from * 2 <= value)
				from *= 2
			counts[$1 " " name "_histogram " from]++
		}
		{ add("asked_pages", $3); add("given_pages", $4); add("duration_ns", $7) }
		END { for (bucket in counts) print bucket, counts[bucket] }' "$FACTS" | sort
}

histograms_of_probe()
{
	jq -r '.kinds[] | .cause as $cause | to_entries[] | select(.key | endswith("_histogram")) |
		.key as $key | .value | to_entries[] |
		"\($cause) \($key) \(.key) \(.value)"' "$HIST" | sort
}

# "calls asked given retries failures duration_ns"
sums_of_facts()
{
	awk '{ asked += $3; given += $4; retries += $5; failures += $6 != 0; took += $7 }
		END { printf "%d %d %d %d %d %.0f\n", NR, asked, given, retries, failures, took }' \
		"$FACTS"
}

sums_of_probe()
{
	jq -r '[.kinds | map(.calls), map(.asked_pages), map(.given_pages), map(.retries),
		map(.failures), map(.duration_ns) | add] | join(" ")' "$HIST"
}

sum_of_probe()
{
	jq "[.kinds[].$1] | add" "$HIST"
}

counters()
{
	pkvmctl -j heap show |
		jq -r '.host | "\(.requested_pages) \(.request_retries) \(.request_failures)"'
}

# The probe's figures in HIST are what tracefs has seen, exactly, to the nanosecond's slot, and
# what the module counted between $1 and $2.
figures_agree()
{
	is 'calls, pages, retries, failures, time' "$(sums_of_probe)" "$(sums_of_facts)"
	number failures "$(sum_of_probe failures)" -gt 0
	is histograms "$(histograms_of_probe)" "$(histograms_of_facts)"
	is 'counters of the module' "$(sums_of_probe | cut -d ' ' -f 2,4,5)" \
		"$(paste -d ' ' <(echo "$1") <(echo "$2") | awk '{ print $4 - $1, $5 - $2, $6 - $3 }')"
}

histograms_agree()
{
	local before after

	before=$(counters)
	start_trace "$HIST" -j trace hist
	with_tracefs scenario
	end_trace
	after=$(counters)
	figures_agree "$before" "$after"
}

# By VM and by process: the same calls once more.
sums_agree()
{
	is 'calls by VM' "$(jq -r '.vms[] | "\(.vm) \(.calls)"' "$HIST")" \
		"$(cut -d ' ' -f 2 "$FACTS" | sort -n | uniq -c | awk '{ print $2, $1 }')"
	is 'calls of all processes' "$(jq '[.processes[].calls] | add' "$HIST")" \
		"$(wc -l <"$FACTS")"
	is processes "$(jq -r '.processes[].comm' "$HIST" | sort -u | xargs)" 'pkvmctl vm_create_in'
	is lost "$(jq -c .lost "$HIST")" '{"events":0,"stacks":0,"sums":0}'
}

# Each call is an event with the same figures, in the same order.
events_agree()
{
	start_trace "$EVENTS" -j trace req
	with_tracefs scenario
	end_trace
	is events "$(jq -r 'select(.event == "request") |
		"\(.cause) \(.vm) \(.asked_pages) \(.given_pages) \(.retries) \(0 - .error) \(.duration_ns)"' \
		"$EVENTS")" "$(cat "$FACTS")"
	is 'events lost' "$(jq 'select(.event == "summary") | .lost.events' "$EVENTS")" 0
}

stacks_are_told()
{
	start_trace "$EVENTS" -j trace req --stack --count 1
	pkvmctl vm create --max-vcpus 512
	wait "$TRACER"
	contains stack "$(jq -r 'select(.event == "request").stack' "$EVENTS")" pkvm_hcall_req
	contains stack "$(jq -r 'select(.event == "request").stack' "$EVENTS")" pkvm_vm_create
	pkvmctl vm destroy --all
}

# A reader that does not read, and room for some 800 events: what it then prints and what is
# lost are all that there were, and the figures have them all.
losses_are_counted()
{
	local printed lost calls

	start_trace "$EVENTS" -j trace req --buffer 64K
	kill -STOP "$TRACER"
	with_tracefs many_requests
	kill -CONT "$TRACER"
	end_trace
	printed=$(jq -c 'select(.event == "request")' "$EVENTS" | wc -l)
	lost=$(jq 'select(.event == "summary").lost.events' "$EVENTS")
	calls=$(jq 'select(.event == "summary").calls' "$EVENTS")
	number 'events lost' "$lost" -gt 0
	number 'events printed' "$printed" -gt 500
	is 'events printed and lost' $((printed + lost)) "$calls"
	is 'calls' "$calls" "$(wc -l <"$FACTS")"
}

# One request asks for several pages: where a page of the host's is more than one of EL2's, it
# brings what others would ask for.
many_requests()
{
	local i

	for ((i = 0; i < 2 * HYP_PER_HOST; i++)); do
		pkvmctl vm create --vcpus 8 --count 250
		pkvmctl vm destroy --all
		pkvmctl reclaim --all
	done >/dev/null
}

# As seen by one who has not got what it takes.
missing_is_named()
{
	local needs='pkvmctl: a BPF probe needs CAP_BPF and CAP_PERFMON; missing:'

	runs 4 setpriv --bounding-set -bpf,-sys_admin pkvmctl trace hist
	is sentence "$(cat "$ERR")" "$needs CAP_BPF"
	runs 4 setpriv --bounding-set -perfmon,-sys_admin pkvmctl trace req
	is sentence "$(cat "$ERR")" "$needs CAP_PERFMON"
	runs 4 setpriv --reuid nobody --clear-groups pkvmctl trace req
	is sentence "$(cat "$ERR")" "$needs CAP_BPF, CAP_PERFMON"
	runs 0 setpriv --bounding-set -all,+bpf,+perfmon pkvmctl trace hist --timeout 1
}

service_pins()
{
	local before after

	systemd-sysusers
	systemctl reload dbus
	systemd-tmpfiles --create /usr/lib/tmpfiles.d/pkvmd-probe.conf
	install -D /root/probe_read /usr/local/bin/probe_read
	systemctl start pkvmd-probe
	is 'what is pinned' "$(stat -c '%n %a %U %G' /sys/fs/bpf/pkvm/* | sed 's,.*/,,')" \
		'hyp_req_kinds 640 pkvmd-probe pkvmd
hyp_req_lost 640 pkvmd-probe pkvmd
hyp_req_tasks 640 pkvmd-probe pkvmd
hyp_req_vms 640 pkvmd-probe pkvmd'
	scenario
	pkvmctl -j trace hist --service >"$HIST"
	number calls "$(sum_of_probe calls)" -gt 3
	is 'read by pkvmd' "$(read_as pkvmd)" \
		"$(sum_of_probe calls) $(sum_of_probe retries) $(sum_of_probe asked_pages)"
	runs 1 read_as nobody
	contains 'what others are told' "$(cat "$ERR")" 'needs root, or the group pkvmd'
}

# Read what is pinned as user $1, without a capability, where pkvmd.service has it.
read_as()
{
	systemd-run --quiet --wait --pipe -p User="$1" -p NoNewPrivileges=yes \
		-p BindReadOnlyPaths=/sys/fs/bpf/pkvm:/run/pkvm-probe \
		/usr/local/bin/probe_read /run/pkvm-probe
}

# "LABELS calls bytes" of each type of request, by the histograms' own count and sum.
calls_of_metrics()
{
	join <(samples_of pkvmd_probe_call_duration_seconds_count "$1") \
		<(samples_of pkvmd_probe_call_asked_bytes_sum "$1")
}

samples_of()
{
	sed -n "s/^$1{source=\"module\",\(.*\)} /\1 /p" <<<"$2" | tr -d '\r' | sort
}

# The daemon, which has no capability for BPF, tells what the probe has. It moves nothing itself.
pkvmd_publishes()
{
	local metrics

	mkdir -p /run/pkvmd.conf.d
	printf '[Policy]\nDryRun=yes\n' >/run/pkvmd.conf.d/bpf.conf
	systemctl start pkvmd
	pkvmctl -j trace hist --service >"$HIST"
	metrics=$(/root/scrape)
	is 'metrics by type' "$(calls_of_metrics "$metrics")" "$(jq -r '.kinds[] |
		"type=\"\(.type)\",cause=\"\(.cause)\" \(.calls) \(.asked_pages * 4096)"' "$HIST" | sort)"
	contains metrics "$metrics" 'pkvmd_probe_lost_total{what="sums"} 0'
	contains metrics "$metrics" 'pkvmd_probe_running 1'
}

as_nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}

request_histograms()
{
	as_nobody busctl --json=short call org.pkvm1 /org/pkvm1 org.pkvm1.Manager \
		GetRequestHistograms
}

# What the bus tells everyone, put as pkvmctl puts it.
histograms_of_bus()
{
	request_histograms | jq 'def keyed: map({ key: "\((.[0] + 1) / 2 | floor)", value: .[1] }) |
			from_entries;
		def plain: with_entries(.key |= gsub("-"; "_") | .key |= sub("nsec"; "ns") |
			.value |= .data);
		{ kinds: [.data[0][] | plain | with_entries(
				if .key | endswith("_histogram") then .value |= keyed else . end)],
			lost: .data[1] | plain }'
}

# A probe that has just begun: all that it counts is in the scenario.
bus_agrees()
{
	local before after

	systemctl restart pkvmd-probe
	before=$(counters)
	with_tracefs scenario
	after=$(counters)
	histograms_of_bus >"$HIST"
	figures_agree "$before" "$after"
	is source "$(jq -c '[.kinds[].source] | unique' "$HIST")" '["module"]'
	is lost "$(jq -c .lost "$HIST")" '{"events":0,"stacks":0,"sums":0}'
}

daemon_says()
{
	[ "$(pkvmctl -j status | jq -r '.daemon | "\(.probe_running) \(.probe_reason)"')" = "$1" ]
}

# What pkvmd's status line says of a probe: why there is none.
probe_status()
{
	systemctl show -P StatusText pkvmd | sed -n 's/.*; no probe: //p'
}

# Told when it happens, to everyone who listens, and why.
pkvmd_misses_the_probe()
{
	local monitor missing='pkvmd-probe.service does not run'

	daemon_says 'true '
	is 'status of pkvmd' "$(probe_status)" ''
	gdbus monitor --system --dest org.pkvm1 >"$TEST_DIR/signals" &
	monitor=$!
	eventually 10 grep -q 'owned by' "$TEST_DIR/signals"
	systemctl stop pkvmd-probe
	eventually 5 grep -q "PropertiesChanged.*'ProbeRunning': <false>" "$TEST_DIR/signals"
	eventually 5 daemon_says "false $missing"
	is 'status of pkvmd' "$(probe_status)" "$missing"
	contains status "$(pkvmctl status)" "$missing"
	contains metrics "$(/root/scrape)" 'pkvmd_probe_running 0'
	runs 1 request_histograms
	contains 'the error' "$(cat "$ERR")" "no figures of hyp requests: $missing"
	systemctl start pkvmd-probe
	eventually 5 grep -q "PropertiesChanged.*'ProbeRunning': <true>" "$TEST_DIR/signals"
	kill "$monitor"
	is 'times told' "$(grep -c PropertiesChanged "$TEST_DIR/signals")" 2
	is 'status of pkvmd' "$(probe_status)" ''
	systemctl stop pkvmd pkvmd.socket
}

service_is_confined()
{
	systemd-analyze security --no-pager --threshold=20 pkvmd-probe
	is capabilities "$(systemctl show -p CapabilityBoundingSet --value pkvmd-probe)" \
		'cap_perfmon cap_bpf'
}

# The probe outlives VMs and processes: when its maps are full of those that are gone, the
# living are still told, and nothing is lost.
old_ones_make_room()
{
	local vm

	/root/probe_fill /sys/fs/bpf/pkvm
	pkvmctl reclaim --all
	vm=$(pkvmctl -j vm create --vcpus 16 | jq '.vms[0].handle')
	pkvmctl -j trace hist --service >"$HIST"
	number 'calls for the new VM' "$(jq --argjson vm "$vm" \
		'[.vms[] | select(.vm == $vm).calls] | add // 0' "$HIST")" -gt 0
	number 'calls of its creator' "$(jq \
		'[.processes[] | select(.comm == "pkvmctl").calls] | add // 0' "$HIST")" -gt 0
	number 'VMs told' "$(jq '.vms | length' "$HIST")" -gt 1000
	is lost "$(jq -c .lost "$HIST")" '{"events":0,"stacks":0,"sums":0}'
	pkvmctl vm destroy --all
}

# What is pinned says that somebody measures: not so when nobody does.
service_is_killed()
{
	local pid

	pid=$(systemctl show -p MainPID --value pkvmd-probe)
	kill -9 "$pid"
	eventually 20 restarted "$pid"
	pkvmctl -j trace hist --service | jq -e '.kinds == []'
	systemctl stop pkvmd-probe
	is 'what is pinned' "$(ls /sys/fs/bpf/pkvm)" ''
	runs 1 pkvmctl trace hist --service
	contains sentence "$(cat "$ERR")" 'pkvmd-probe does not run'
}

restarted()
{
	[ "$(systemctl show -p MainPID --value pkvmd-probe)" != "$1" ] &&
		[ "$(systemctl is-active pkvmd-probe)" = active ]
}

# An attached probe holds the module: the reason is told, and nothing has changed.
unload_is_refused()
{
	systemctl start pkvmd-probe
	start_trace "$HIST" trace hist
	runs 1 rmmod pkvm
	contains status "$(pkvmctl status)" "process pkvmctl, pid $TRACER, BPF programs 1"
	contains status "$(pkvmctl status)" 'process pkvmd-probe, pid '
	runs 1 pkvmctl unload
	contains reason "$(cat "$ERR")" "process $TRACER (pkvmctl) has BPF programs"
	is pkvmd-probe "$(systemctl is-active pkvmd-probe)" active
	end_trace
	pkvmctl vm create
	runs 1 pkvmctl unload
	contains reason "$(cat "$ERR")" '1 VM lives'
	pkvmctl vm destroy --all
}

unload_stops_the_probe()
{
	pkvmctl unload
	[ ! -e /sys/module/pkvm ] || fail "the module is still there"
	is pkvmd-probe "$(systemctl is-active pkvmd-probe || true)" inactive
	runs 3 pkvmctl trace hist
	runs 3 pkvmctl trace events
	contains reason "$(cat "$ERR")" 'the pkvm module is not loaded'
	held_by stub
}

# EL2's own statistics, and what it says of each VM, while the probe is attached.
heap_agrees()
{
	local before after

	start_trace "$HIST" -j trace heap
	eventually 5 all_attached 5
	before=$(figure '.heap | [.allocs, .frees]')
	pkvmctl vm create --vcpus 4 --count 3
	pkvmctl vm create --vcpus 0 --max-vcpus 512
	pkvmctl vm destroy "$(pkvmctl -j vm list | jq '.vms[0].handle')"
	pkvmctl -j vm list >"$TEST_DIR/vms"
	after=$(figure '.heap | [.allocs, .frees]')
	end_trace
	is 'allocations and frees' "$(jq -c '[.allocs, .frees]' "$HIST")" \
		"$(jq -nc --argjson a "$before" --argjson b "$after" '[$b[0] - $a[0], $b[1] - $a[1]]')"
	is 'held by VM' "$(jq -c '[.vms[] | [.vm, .held_bytes]]' "$HIST")" \
		"$(jq -c '[.vms[] | [.handle, .heap_bytes]]' "$TEST_DIR/vms")"
	is 'sizes counted' "$(jq '[.size_bytes_histogram[]] | add' "$HIST")" "$(jq .allocs "$HIST")"
	is 'lives counted' "$(jq '[.life_ns_histogram[]] | add' "$HIST")" "$(jq .frees "$HIST")"
	is 'events lost, frees from before' "$(jq -c '[.events_lost, .foreign_frees]' "$HIST")" '[0,0]'
	pkvmctl vm destroy --all
}

all_attached()
{
	[ "$(pkvmctl -j status | jq --argjson pid "$TRACER" \
		'[.use.holders[] | select(.pid == $pid).programs] | add')" = "$1" ]
}

# All that a VM's life is at EL2, in order, whatever CPU it was on; and nothing is left behind.
el2_events_are_told()
{
	start_events -j trace events hyp_vm_create hyp_vm_destroy hyp_vcpu_create hyp_vcpu_destroy
	taskset -c 0 pkvmctl vm create --vcpus 2
	taskset -c 1 pkvmctl vm destroy --all
	kill -INT "$TRACER"
	wait "$TRACER"
	is events "$(jq -r .event "$EVENTS" | xargs)" \
		'hyp_vm_create hyp_vcpu_create hyp_vcpu_create hyp_vcpu_destroy hyp_vcpu_destroy hyp_vm_destroy summary'
	is times "$(jq -c 'select(.hyp_ts_ns).hyp_ts_ns' "$EVENTS")" \
		"$(jq -c 'select(.hyp_ts_ns).hyp_ts_ns' "$EVENTS" | sort -n)"
	is 'instances left' "$(instances)" ''
	runs 4 setpriv --reuid nobody --clear-groups pkvmctl trace events
	is sentence "$(cat "$ERR")" "pkvmctl: $TRACING is root's: permission denied"
	runs 1 unshare --mount sh -c "umount $TRACING && exec pkvmctl trace events"
	contains sentence "$(cat "$ERR")" 'tracefs is not there: mount -t tracefs tracefs '
}

# pkvmctl ARGUMENT..., until the last of its events is on. Sets TRACER.
start_events()
{
	pkvmctl "$@" >"$EVENTS" &
	TRACER=$!
	eventually 10 grep -qs 1 "$TRACING/instances/pkvmctl-$TRACER/events/pkvm/${!#}/enable"
}

instances()
{
	ls $TRACING/instances
}

# One that is killed cannot clean up: the next one does, and leaves those alone that run.
killed_trace_is_removed()
{
	local killed running

	start_events trace events hyp_vm_destroy
	running=$TRACER
	start_events trace events hyp_vm_create
	killed=$TRACER
	kill -KILL "$killed"
	wait "$killed" || true
	is 'instances' "$(instances | wc -l)" 2
	start_events trace events hyp_vm_create
	is 'instances' "$(instances)" "$(printf 'pkvmctl-%s\n' "$running" "$TRACER" | sort)"
	kill -INT "$running" "$TRACER"
	wait "$running" "$TRACER"
	is 'instances left' "$(instances)" ''
	is 'pages that EL2 still has' "$(pkvmctl -j page stats | jq .owners.shared_hyp_pages)" 0
}

# In it is what each command says; the folder that it was put together in is gone.
report_is_complete()
{
	local archive

	cd "$TEST_DIR"
	systemctl reload dbus
	systemctl start pkvmd
	echo 1 >$TRACING/events/pkvm/hyp_vcpu_create/enable
	pkvmctl vm create --vcpus 2
	sleep 0.1
	archive=$(pkvmctl report)
	echo 0 >$TRACING/events/pkvm/hyp_vcpu_create/enable
	systemctl stop pkvmd
	is 'mode of the archive' "$(stat -c %a "$archive")" 600
	tar xzf "$archive"
	cd "${archive%.tar.gz}"
	is VMs "$(jq .memory.vms status.json)" 1
	is 'VMs described' "$(jq '.vms | length' vms.json)" 1
	number 'regions of the heap' "$(jq '.regions | length' heap-map.json)" -gt 0
	contains 'kernel log' "$(cat kernel-log.txt)" 'pkvm: '
	contains findings "$(cat doctor.txt)" 'module'
	contains versions "$(cat version.txt)" 'pkvmctl '
	contains decisions "$(cat decisions.txt)" 'now: '
	contains journal "$(cat journal.txt)" 'pkvmd['
	contains events "$(cat events.txt)" "$TRACING: on: hyp_vcpu_create"
	is 'vCPUs told' "$(grep -c ': hyp_vcpu_create: hyp_cpu=.* vcpu=' events.txt)" 2
	pkvmctl vm destroy --all
}

# Neither at its end nor by an interrupt.
report_leaves_nothing()
{
	cd "$TEST_DIR"
	runs 1 timeout --preserve-status -s INT 1 pkvmctl report
	contains reason "$(cat "$ERR")" 'Interrupted'
	is 'what is left' "$(ls -d /tmp/pkvm-report-* 2>/dev/null || true)" ''
}

report_without_module()
{
	local archive

	cd "$TEST_DIR"
	sleep 1
	archive=$(pkvmctl report)
	contains status "$(tar xOzf "$archive" --wildcards '*/status.json')" 'not loaded'
	contains policy "$(tar xOzf "$archive" --wildcards '*/policy.json')" 'exit status '
	contains events "$(tar xOzf "$archive" --wildcards '*/events.txt')" \
		"no events of the module's"
}

test_case load modprobe pkvm
test_case histograms-agree histograms_agree
test_case sums-agree sums_agree
test_case events-agree events_agree
test_case stacks stacks_are_told
test_case losses-are-counted losses_are_counted
test_case missing-is-named missing_is_named
test_case service-pins service_pins
test_case pkvmd-publishes pkvmd_publishes
test_case bus-agrees bus_agrees
test_case pkvmd-misses-the-probe pkvmd_misses_the_probe
test_case service-is-confined service_is_confined
test_case old-ones-make-room old_ones_make_room
test_case service-is-killed service_is_killed
test_case heap-agrees heap_agrees
test_case el2-events el2_events_are_told
test_case killed-trace killed_trace_is_removed
test_case report report_is_complete
test_case report-leaves-nothing report_leaves_nothing
test_case unload-is-refused unload_is_refused
test_case unload-stops-the-probe unload_stops_the_probe
test_case report-without-module report_without_module
test_case kernel-log log_is_clean
