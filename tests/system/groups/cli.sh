#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every verb of pkvmctl on a real EL2: what it prints, and that what it says has happened.
#: machine a57: --timeout 180

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

HEAP_BYTES=$((1 << 30))
NOT_LOADED='pkvmctl: the pkvm module is not loaded (no netlink family "pkvm")'
NOT_ALLOWED='pkvmctl: this needs root, or CAP_NET_ADMIN'

OBJECTS='status, doctor, heap, page, selftest, topup, reclaim, shrinker, vm, policy, metrics, top, '
OBJECTS+='monitor, trace, report, unload, version'

# Each verb once, in a form that a loaded module and an administrator could do.
VERBS_FOR_ALL=('status' 'heap show' 'shrinker show' 'vm list')
VERBS_FOR_ADMIN=('heap map' 'heap check' 'selftest' 'topup 16' 'reclaim 16' 'reclaim --all'
	'shrinker set reserve=16' 'vm create' 'vm destroy 1' 'vm destroy --all')

# json FILTER: of what the last command printed
json()
{
	jq -er "$1" "$OUT"
}

# prints TEXT: the last command printed just this
prints()
{
	is 'the output' "$(cat "$OUT")" "$1"
}

# refuses STATUS SENTENCE COMMAND...: with this status and sentence, and nothing on stdout
refuses()
{
	local status=$1 sentence=$2
	shift 2

	runs "$status" "$@"
	is 'the error' "$(cat "$ERR")" "$sentence"
	prints ''
}

as_nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}

#
# Without the module
#

every_verb_says_not_loaded()
{
	local verb

	for verb in "${VERBS_FOR_ALL[@]}" "${VERBS_FOR_ADMIN[@]}" 'monitor --timeout 1'; do
		# shellcheck disable=SC2086 # several words
		refuses 3 "$NOT_LOADED" pkvmctl $verb
		# shellcheck disable=SC2086
		refuses 3 "$NOT_LOADED" pkvmctl -j $verb
	done
}

version_without_module()
{
	runs 0 pkvmctl version
	contains 'pkvmctl version' "$(cat "$OUT")" 'module not loaded'
	runs 0 pkvmctl -j version
	is 'module in JSON' "$(jq -c .module "$OUT")" null
}

doctor_finds_it_missing()
{
	runs 0 pkvmctl -j doctor
	is 'verdict on EL2' "$(json '.findings[] | select(.check == "EL2").verdict')" ok
	is 'verdict on loaded' "$(json '.findings[] | select(.check == "loaded").verdict')" warn
	is 'checks' "$(json '.findings | length')" 11
	is 'failures' "$(json '[.findings[] | select(.verdict == "fail")] | length')" 0
}

usage_is_explained()
{
	refuses 2 "pkvmctl: unknown object 'vms'; possible: $OBJECTS" pkvmctl vms
	refuses 2 "pkvmctl: unknown verb 'lst' of vm; possible: create, list, destroy" pkvmctl vm lst
	refuses 2 "pkvmctl: SIZE: '0' is out of range, 1 to 262144 pages" pkvmctl topup 0
	refuses 2 "pkvmctl: give a SIZE" pkvmctl topup
	refuses 2 "pkvmctl: --vcpus: '513' is out of range, 0 to 512" pkvmctl vm create --vcpus 513
}

#
# With it
#

status_tells_what_is_there()
{
	runs 0 pkvmctl
	contains 'pkvmctl' "$(cat "$OUT")" 'live'
	runs 0 pkvmctl -j status
	is state "$(json .el2.state)" live
	is provider "$(json .el2.provider)" el2
	is CPUs "$(json .el2.cpus)" "$(nproc)"
	is 'heap size' "$(json .el2.heap_size_bytes)" "$HEAP_BYTES"
	is VMs "$(json .memory.vms)" 0
	is 'pages owned beyond the boot ones' "$(json '.memory | .owned_pages - .boot_pages')" 0
}

versions_agree()
{
	runs 0 pkvmctl -j version
	is 'netlink ABI' "$(json .module.netlink_abi)" "$(json .netlink_abi)"
	is 'version' "$(json .module.module_version)" "$(json .pkvmctl)"
	is 'hypercall ABI' "$(json .module.hyp_abi)" "$(json .module.module_abi)"
}

doctor_is_content()
{
	runs 0 pkvmctl -j doctor
	is 'findings that are not ok' "$(json '[.findings[] | select(.verdict != "ok")] | length')" 0
}

selftest_leaves_nothing()
{
	local before main_heap='.heap | [.used_bytes, .mapped_bytes, .allocs] | tojson'

	before=$(figure "$main_heap")
	runs 0 pkvmctl selftest
	contains selftest "$(cat "$OUT")" 'steps passed'
	runs 0 pkvmctl -j selftest
	number steps "$(json .steps)" -ge 5
	is 'steps passed' "$(json .passed)" "$(json .steps)"
	is 'the main heap' "$(figure "$main_heap")" "$before"
}

topup_grows_the_stock()
{
	local stock moved

	stock=$(figure .memory.stock_pages)
	runs 0 pkvmctl topup 2M
	prints 'topped up 2 MiB (512 pages)'
	is 'stock' "$(figure .memory.stock_pages)" $((stock + 512))
	runs 0 pkvmctl -j topup 3
	moved=$(json .moved_pages)
	topped_up 'pages moved' "$moved" 3
	is 'stock' "$(figure .memory.stock_pages)" $((stock + 512 + moved))
	runs 0 pkvmctl -b topup 4K
	prints "topped up $((4096 * HYP_PER_HOST))"
	is 'host: pages out' "$(figure '.host | .donated_pages - .returned_pages')" \
		"$(figure '.memory | .owned_pages - .boot_pages')"
}

reclaim_takes_back()
{
	local owned stock returned moved

	owned=$(figure .memory.owned_pages)
	returned=$(figure .host.returned_pages)
	runs 0 pkvmctl reclaim 100
	prints 'reclaimed 400 KiB (100 pages)'
	is 'pages owned' "$(figure .memory.owned_pages)" $((owned - 100))
	is 'pages returned' "$(figure .host.returned_pages)" $((returned + 100))
	stock=$(figure .memory.stock_pages)
	runs 0 pkvmctl -j reclaim --all
	moved=$(json .moved_pages)
	# The stock, and the tables that it leaves idle.
	number 'pages moved' "$moved" -ge "$stock"
	is 'pages owned' "$(figure .memory.owned_pages)" $((owned - 100 - moved))
	is 'reclaimable left' "$(figure .memory.reclaimable_pages)" 0
	runs 0 pkvmctl -j reclaim 1
	is 'pages moved of none' "$(json .moved_pages)" 0
}

pages_have_owners()
{
	local ram

	ram=$((16#$(awk '/System RAM/ { sub(/-.*/, "", $1); print $1; exit }' /proc/iomem)))
	runs 0 pkvmctl -j page show $((ram / 4096))
	is owner "$(jq -r .owner "$OUT")" host
	runs 0 pkvmctl -j page show "$(printf '0x%x' $((ram + 4095)))"
	is number "$(json .pfn)" $((ram / 4096))
	runs 1 pkvmctl page show 0
	contains "page show's error" "$(cat "$ERR")" 'pfn'
	runs 0 pkvmctl -j page stats
	is 'pages of EL2' "$(json .owners.hyp_pages)" "$(figure .memory.owned_pages)"
	is 'CPUs' "$(json .cpus.behind_el2)" "$(nproc)"
	is 'violations' "$(json .host_s2.violations)" 0
}

vms_are_created()
{
	runs 0 pkvmctl vm create --vcpus 2 --max-vcpus 8 --count 3
	is 'handles printed' "$(grep -c '^[1-9][0-9]*$' "$OUT")" 3
	is VMs "$(figure .memory.vms)" 3
	is vCPUs "$(figure .memory.vcpus)" 6
	number 'bytes used' "$(figure .heap.used_bytes)" -gt 0
	number 'hyp requests' "$(figure .memory.requests)" -gt 0
	is 'requests given up' "$(figure .host.request_failures)" 0
}

vms_are_listed()
{
	runs 0 pkvmctl -j vm list
	is VMs "$(json '.vms | length')" 3
	is 'vCPUs of each' "$(json '.vms | map(.vcpus, .max_vcpus) | unique | tojson')" '[2,8]'
	is creator "$(json '.vms[0].comm')" pkvmctl
	is 'bytes of all' "$(json '.vms | map(.heap_bytes) | add')" "$(figure .heap.used_bytes)"
	runs 0 pkvmctl vm list
	is 'lines' "$(wc -l <"$OUT")" 4
}

heap_is_mapped_out()
{
	runs 0 pkvmctl -j heap map
	is 'end of the regions' "$(json '.regions | map(.size_bytes) | add')" "$HEAP_BYTES"
	is 'offsets' "$(json '[.regions[].offset_bytes] | tojson')" \
		"$(json '[0] + [.regions[:-1][] | .offset_bytes + .size_bytes] | tojson')"
	is 'used regions' "$(json '[.regions[] | select(.kind == "used")] | length')" \
		"$(figure .heap.chunks_used)"
	is 'mapped regions, bytes' \
		"$(json '[.regions[] | select(.kind == "used" or .kind == "free").size_bytes] | add')" \
		"$(figure .heap.mapped_bytes)"
	runs 0 pkvmctl heap map
	contains 'the drawing' "$(cat "$OUT")" '|####'
}

heap_is_sound()
{
	runs 0 pkvmctl heap check
	prints 'heap check: ok: every invariant holds'
	runs 0 pkvmctl -j heap check
	is result "$(json .result)" ok
}

pages_add_up()
{
	runs 0 pkvmctl -j heap show
	is 'owned' "$(json .memory.owned_pages)" "$(json '.memory |
		.boot_pages + .stock_pages + .heap_pages + .tables_pages + .vmemmap_pages')"
	is 'heap pages' "$(json .memory.heap_pages)" "$(json '.heap.mapped_bytes / 4096')"
}

vms_are_destroyed()
{
	local handle

	runs 0 pkvmctl -j vm list
	handle=$(json '.vms[1].handle')
	runs 0 pkvmctl vm destroy "$handle"
	prints 'destroyed 1 VM'
	refuses 1 "pkvmctl: VM $handle: there is no such VM" pkvmctl vm destroy "$handle"
	refuses 1 "pkvmctl: VM $handle: there is no such VM" pkvmctl -j vm destroy "$handle"
	runs 0 pkvmctl vm destroy --all
	prints 'destroyed 2 VMs'
	is VMs "$(figure .memory.vms)" 0
	is vCPUs "$(figure .memory.vcpus)" 0
	is 'bytes used' "$(figure .heap.used_bytes)" 0
	is 'chunks used' "$(figure .heap.chunks_used)" 0
}

as_many_vms_as_there_are()
{
	runs 0 pkvmctl vm create --vcpus 1 --count 255
	is VMs "$(figure .memory.vms)" 255
	refuses 5 "pkvmctl: EL2 is full: 255 VMs live, or the heap's range (heap_mib) has no room left" \
		pkvmctl vm create
	is VMs "$(figure .memory.vms)" 255
	heap_is_sound
	runs 0 pkvmctl vm destroy --all
	prints 'destroyed 255 VMs'
	is 'bytes used' "$(figure .heap.used_bytes)" 0
}

as_many_vcpus_as_there_are()
{
	runs 0 pkvmctl vm create --vcpus 512
	is vCPUs "$(figure .memory.vcpus)" 512
	runs 0 pkvmctl vm destroy --all
	is 'bytes used' "$(figure .heap.used_bytes)" 0
}

everything_comes_back()
{
	runs 0 pkvmctl reclaim --all
	is 'pages mapped' "$(figure .memory.heap_pages)" 0
	is 'stock' "$(figure .memory.stock_pages)" 0
	pages_add_up
}

knobs()
{
	pkvmctl -j shrinker show | jq -c '[.enabled, .seeks, .batch_pages, .reserve_pages]'
}

shrinker_is_set()
{
	runs 0 pkvmctl shrinker set enabled=off seeks=7 batch=1M reserve=8M
	is knobs "$(knobs)" '[false,7,256,2048]'
	refuses 1 'pkvmctl: seeks 5000: integer out of range (1 to 1000)' \
		pkvmctl shrinker set reserve=4M seeks=5000
	refuses 1 'pkvmctl: batch 4097: integer out of range (1 to 4096)' \
		pkvmctl shrinker set enabled=on batch=4097
	is 'knobs after that' "$(knobs)" '[false,7,256,2048]'
	runs 0 pkvmctl shrinker set enabled=on seeks=2 batch=64 reserve=0
}

# What the monitor tells of a creation is what the list tells; the other events in their order.
monitor_sees_events()
{
	local monitor created status=0

	pkvmctl -j monitor --count 6 --timeout 20 >"$TEST_DIR/events" &
	monitor=$!
	eventually 10 subscribed "$monitor"
	pkvmctl vm create --vcpus 3
	pkvmctl -j vm list >"$TEST_DIR/list"
	pkvmctl vm destroy --all
	pkvmctl topup 1M
	pkvmctl reclaim 256
	pkvmctl shrinker set seeks=2
	wait "$monitor" || status=$?
	is "the monitor's exit status" "$status" 0
	is events "$(jq -sr 'map(.event) | join(" ")' "$TEST_DIR/events")" \
		'request vm-create vm-destroy topup reclaim shrinker'
	created=$(jq -Sc 'select(.event == "vm-create") | del(.event, .time_ns, .age_ns)' \
		"$TEST_DIR/events")
	is 'the created VM' "$created" "$(jq -Sc '.vms[0] | del(.age_ns)' "$TEST_DIR/list")"
	is 'pages topped up and reclaimed' "$(jq -s \
		'map(select(.event == "topup" or .event == "reclaim").moved_pages) | add' \
		"$TEST_DIR/events")" 512
}

monitor_ends_in_time()
{
	runs 1 pkvmctl monitor --count 1 --timeout 1
	contains 'the error' "$(cat "$ERR")" 'the time was up after 0 of 1 events'
	runs 0 pkvmctl monitor --timeout 1
}

# For everyone: reading that shows no address. All else is refused, and changes nothing.
nobody_may_only_look()
{
	local verb before

	before=$(pkvmctl -j heap show | jq -c '[.memory, .heap]')
	for verb in "${VERBS_FOR_ALL[@]}"; do
		# shellcheck disable=SC2086 # several words
		runs 0 as_nobody pkvmctl $verb
	done
	for verb in "${VERBS_FOR_ADMIN[@]}"; do
		# shellcheck disable=SC2086
		refuses 4 "$NOT_ALLOWED" as_nobody pkvmctl -j $verb
	done
	is statistics "$(pkvmctl -j heap show | jq -c '[.memory, .heap]')" "$before"
}

other_abi_is_told()
{
	local version

	version=$(modinfo -F version pkvm)
	refuses 1 "pkvmctl: the module ($version) speaks netlink ABI 1, this program 99: install \
both from the same version" /root/pkvmctl-other-abi status
}

test_case not-loaded every_verb_says_not_loaded
test_case version-without-module version_without_module
test_case doctor-without-module doctor_finds_it_missing
test_case usage usage_is_explained
test_case load modprobe pkvm
test_case status status_tells_what_is_there
test_case version versions_agree
test_case doctor doctor_is_content
test_case selftest selftest_leaves_nothing
test_case topup topup_grows_the_stock
test_case reclaim reclaim_takes_back
test_case page pages_have_owners
test_case vm-create vms_are_created
test_case vm-list vms_are_listed
test_case heap-map heap_is_mapped_out
test_case heap-check heap_is_sound
test_case heap-show pages_add_up
test_case vm-destroy vms_are_destroyed
test_case most-vms as_many_vms_as_there_are
test_case most-vcpus as_many_vcpus_as_there_are
test_case reclaim-all everything_comes_back
test_case shrinker shrinker_is_set
test_case monitor monitor_sees_events
test_case monitor-times-out monitor_ends_in_time
test_case nobody nobody_may_only_look
test_case other-abi other_abi_is_told
test_case unload rmmod pkvm
test_case kernel-log log_is_clean
