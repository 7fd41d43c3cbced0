#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# EL2's own events as tracepoints: all of them, in order and on time, as many as EL2's figures
# say; lost ones counted; and a host that switches, overruns, writes to the buffers, takes CPUs
# away and unloads while EL2 writes.
#: machine a57: --smp 4 --timeout 400
#: machine dead: --module {debug}

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

TRACING=/sys/kernel/tracing
EVENTS='hyp_enter hyp_exit hyp_heap_alloc hyp_heap_free hyp_heap_map hyp_heap_unmap hyp_host_fault
hyp_host_hcall hyp_lost hyp_pages hyp_request hyp_vcpu_create hyp_vcpu_destroy hyp_vm_create
hyp_vm_destroy'
PARAMETERS=/sys/module/pkvm/parameters
# Hypercalls made at once.
BURST=1000

# What was told, one event a line, in the order of its time: CPU TIME EVENT FIELD...
TRACE=$TEST_DIR/trace

switch()
{
	echo "$1" >$TRACING/events/pkvm/"$2"/enable
}

switch_all()
{
	local event

	for event in $EVENTS; do
		switch "$1" "$event"
	done
}

# Keep what the kernel's buffer holds, and check that it lost nothing itself.
collect()
{
	is "lost by the kernel's own buffer" \
		"$(cat $TRACING/per_cpu/cpu*/stats | awk '/overrun|dropped/ { n += $NF } END { print n }')" 0
	grep -v '^#' $TRACING/trace >"$TEST_DIR/raw" || true
	sed -n 's/^.* \(hyp_[a-z_]*\): hyp_cpu=\([0-9]*\) hyp_ts=\([0-9]*\) \?/\2 \3 \1 /p' \
		"$TEST_DIR/raw" | sort -s -n -k 2,2 >"$TRACE"
}

# traced EVENTS COMMAND...: run it with these events told; see collect.
traced()
{
	local event events=$1
	shift

	switch_all 0
	echo >$TRACING/trace
	for event in $events; do
		switch 1 "$event"
	done
	"$@"
	for event in $events; do
		switch 0 "$event"
	done
	collect
}

# count EVENT [PATTERN]: how many were told, with such fields
count()
{
	awk -v event="$1" -v pattern="${2:-}" '$3 == event && $0 ~ pattern { n++ }
		END { print n + 0 }' "$TRACE"
}

# sum EVENT FIELD [PATTERN]
sum()
{
	awk -v event="$1" -v field="$2=" -v pattern="${3:-}" '$3 == event && $0 ~ pattern {
			for (i = 4; i <= NF; i++)
				if (index($i, field) == 1)
					n += substr($i, length(field) + 1)
		} END { print n + 0 }' "$TRACE"
}

lost()
{
	echo $(($(sum hyp_lost overwritten) + $(sum hyp_lost dropped)))
}

all_are_there()
{
	modprobe pkvm
	is events "$(cd $TRACING/events/pkvm && printf '%s\n' hyp_* | xargs)" "$(xargs <<<"$EVENTS")"
	echo 8192 >$TRACING/buffer_size_kb
}

# The life of a VM of known size, with what it takes: from nothing in stock, to everything back.
scenario()
{
	pkvmctl -j heap show >"$TEST_DIR/before"
	echo begin >$TRACING/trace_marker
	pkvmctl topup 1M
	pkvmctl vm create --vcpus 40 --max-vcpus 64 >"$TEST_DIR/handle"
	pkvmctl selftest
	pkvmctl vm destroy "$(cat "$TEST_DIR/handle")"
	pkvmctl reclaim --all
	pkvmctl vm create --vcpus 20 >"$TEST_DIR/handle2"
	pkvmctl vm destroy "$(cat "$TEST_DIR/handle2")"
	echo end >$TRACING/trace_marker
	pkvmctl -j heap show >"$TEST_DIR/after"
}

# grown PATH: what has been added to a figure during the scenario
grown()
{
	echo $(($(jq "$1" "$TEST_DIR/after") - $(jq "$1" "$TEST_DIR/before")))
}

# Nothing is lost, so that all figures agree.
scenario_agrees_with_the_figures()
{
	local vm vm2 main=heap=main

	traced "$EVENTS" scenario
	vm=$(cat "$TEST_DIR/handle")
	vm2=$(cat "$TEST_DIR/handle2")
	is 'events lost' "$(lost)" 0
	is allocations "$(count hyp_heap_alloc $main)" "$(grown .heap.allocs)"
	is frees "$(count hyp_heap_free $main)" "$(grown .heap.frees)"
	is 'bytes allocated' "$(sum hyp_heap_alloc size $main)" "$(sum hyp_heap_free size $main)"
	is 'pages mapped' \
		$((($(sum hyp_heap_map pages $main) - $(sum hyp_heap_unmap pages $main)) * 4096)) \
		"$(grown .heap.mapped_bytes)"
	is requests "$(count hyp_request)" "$(grown .memory.requests)"
	is 'pages requested' "$(sum hyp_request pages)" "$(grown .memory.requested_pages)"
	is 'pages donated' "$(sum hyp_pages pages 'from=host to=hyp ')" "$(grown .memory.topped_up_pages)"
	is 'pages returned' "$(sum hyp_pages pages 'from=hyp to=host ')" "$(grown .memory.reclaimed_pages)"
	is 'VMs' "$(count hyp_vm_create "vm=$vm max_vcpus=64")$(count hyp_vm_destroy "vm=$vm2")" 11
	is 'vCPUs' "$(count hyp_vcpu_create "vm=$vm ") $(count hyp_vcpu_destroy "vm=$vm ")" '40 40'
	number 'vCPU creations that lacked pages' "$(count hyp_host_hcall 'id=vcpu_create errno=-12')" -ge 1
	is 'vCPU creations' "$(count hyp_host_hcall 'id=vcpu_create errno=0')" 60
	number 'events of the other heap' "$(count hyp_heap_alloc heap=selftest)" -ge 3
}

# On a CPU EL2 is entered and left in turn, with the rest in between; all within the scenario.
scenario_is_in_order()
{
	local wrong begin end

	read -r begin end < <(sed -n 's/^.* \([0-9]*\)\.\([0-9]*\): tracing_mark_write: .*/\1\2000/p' \
		"$TEST_DIR/raw" | xargs)
	wrong=$(awk -v begin="$begin" -v end="$end" '$3 ~ /hyp_vm/ && ($2 < begin || $2 > end)' \
		"$TRACE")
	is 'events out of time' "$wrong" ''
	# Before and after, some are switched on and others not.
	wrong=$(awk -v begin="$begin" -v end="$end" '$2 < begin || $2 > end || $3 == "hyp_lost" { next }
		$3 == "hyp_enter" { if (inside[$1]++) print; known[$1] = 1; next }
		!known[$1] { next }
		!inside[$1] { print }
		$3 == "hyp_exit" { inside[$1]-- }' "$TRACE")
	is 'events out of order' "$(head -n 3 <<<"$wrong")" ''
	is 'CPUs that told their own events' "$(sed -n \
		's/^.*\[0*\([0-9]*\)\].* hyp_[a-z_]*: hyp_cpu=\([0-9]*\) .*/\1 \2/p' "$TEST_DIR/raw" |
		awk '{ if ($1 + 0 != $2 + 0) print }')" ''
	is 'order of the life of a VM' "$(awk -v vm="vm=$(cat "$TEST_DIR/handle")" \
		'$4 == vm { print $3 }' "$TRACE" | uniq | xargs)" \
		'hyp_vm_create hyp_vcpu_create hyp_vcpu_destroy hyp_vm_destroy'
}

reasons_are_told()
{
	traced 'hyp_enter hyp_exit' call_and_start_a_cpu
	number 'hypercalls' "$(count hyp_enter reason=hcall)" -ge 1
	number 'calls to firmware' "$(count hyp_enter reason=smc)" -ge 1
	is 'reasons that have no name' "$(grep -Ev "reason=(hcall|stub|smc|abort|trap)$" "$TRACE" || true)" ''
}

call_and_start_a_cpu()
{
	pkvmctl status
	cpu 3 0
	cpu 3 1
}

# What a CPU does on its way offline has no place. It is counted, but not in another trace.
losses_are_of_their_trace()
{
	traced 'hyp_lost hyp_enter' cpu 3 0
	cpu 3 1
	traced 'hyp_lost hyp_enter' sleep 0.1
	is 'events lost' "$(lost)" 0
}

vm_storm()
{
	local i

	for ((i = 0; i < $1; i++)); do
		pkvmctl vm create --vcpus 4 --count 4 >"$TEST_DIR/storm$2"
		# shellcheck disable=SC2046 # several handles
		pkvmctl vm destroy $(cat "$TEST_DIR/storm$2") >/dev/null
	done
}

# Rings of two pages, or one of a host's that has larger ones: 128 events to each of EL2's. What
# one CPU does in one go, nobody reads meanwhile.
overrun_is_counted()
{
	local pages held=$((128 * (HYP_PER_HOST > 2 ? HYP_PER_HOST : 2)))

	pages=$(cat $PARAMETERS/trace_pages)
	echo 2 >$PARAMETERS/trace_pages
	insmod /root/tracepages.ko
	traced 'hyp_host_hcall hyp_lost' burst
	number 'events lost' "$(lost)" -ge $((BURST - held))
	number 'events told' "$(count hyp_host_hcall 'id=vm_info errno=-2')" -ge 1
	number 'events told or lost' $(($(count hyp_host_hcall) + $(lost))) -ge $BURST
	rmmod tracepages
	traced 'hyp_heap_alloc hyp_lost' allocate_at_once
	is 'allocations told or lost' $(($(count hyp_heap_alloc) + $(lost))) \
		"$(cat "$TEST_DIR/allocations")"
	echo "$pages" >$PARAMETERS/trace_pages
	pkvmctl heap check
}

burst()
{
	echo $BURST >/sys/module/tracepages/parameters/burst
}

allocate_at_once()
{
	local before

	before=$(figure .heap.allocs)
	taskset -c 1 pkvmctl vm create --vcpus 200 --max-vcpus 200 --count 10
	pkvmctl vm destroy --all
	echo $(($(figure .heap.allocs) - before)) >"$TEST_DIR/allocations"
}

ring_size_has_limits()
{
	! echo 1 >$PARAMETERS/trace_pages 2>"$ERR" || fail 'a ring of one page'
	! echo 4097 >$PARAMETERS/trace_pages 2>"$ERR" || fail 'a ring of 4097 pages'
}

# From all CPUs, while VMs come and go on them.
switching_disturbs_nobody()
{
	local i event switchers=()

	for ((i = 0; i < 4; i++)); do
		event=$(xargs -n 1 <<<"$EVENTS" | sed -n "$((i * 3 + 1))p")
		taskset -c $i bash -c "until [ -e '$TEST_DIR/stop' ]; do
			echo 1 >$TRACING/events/pkvm/$event/enable
			echo 0 >$TRACING/events/pkvm/$event/enable
			echo \$((++n)) >'$TEST_DIR/switched$i'
		done" &
		switchers+=($!)
	done
	for ((i = 0; i < 4; i++)); do
		taskset -c $i bash -c "$(declare -f vm_storm); set -e; TEST_DIR=$TEST_DIR; vm_storm 3 $i" &
		storms[i]=$!
	done
	for i in "${storms[@]}"; do
		wait "$i" || fail 'a VM could not be created or destroyed'
	done
	touch "$TEST_DIR/stop"
	for i in "${!switchers[@]}"; do
		wait "${switchers[i]}" || fail 'a switch failed'
		number "switches by CPU $i" "$(cat "$TEST_DIR/switched$i")" -ge 1
	done
	pkvmctl heap check
	nothing_is_left
}

# With nobody attached EL2 has neither a page nor an object for its trace.
nothing_is_left()
{
	is 'chunks used' "$(figure .heap.chunks_used)" 0
	is 'pages shared' "$(pkvmctl -j page stats | jq .owners.shared_hyp_pages)" 0
}

cpu()
{
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

# What a CPU wrote is told before it goes; it writes again when it is back.
cpus_come_and_go()
{
	traced 'hyp_heap_alloc hyp_lost' cpus_away
	is 'allocations told or lost' $(($(count hyp_heap_alloc) + $(lost))) \
		"$(cat "$TEST_DIR/allocations")"
	number 'events told of CPU 1' "$(grep -c '^1 .* hyp_heap_alloc' "$TRACE")" -ge 1
	nothing_is_left
}

cpus_away()
{
	local i before storm

	before=$(figure .heap.allocs)
	(
		set -e
		vm_storm 6 away
	) &
	storm=$!
	for ((i = 0; i < 4; i++)); do
		taskset -c 1 pkvmctl vm create >"$TEST_DIR/handle"
		cpu 1 0
		cpu 2 0
		pkvmctl vm destroy "$(cat "$TEST_DIR/handle")"
		cpu 1 1
		cpu 2 1
	done
	wait $storm || fail 'a VM could not be created or destroyed'
	echo $(($(figure .heap.allocs) - before)) >"$TEST_DIR/allocations"
}

# The pages are the host's: whatever is written there, EL2 and its figures are as before.
host_writes_to_the_pages()
{
	local storm

	pkvmctl topup 1M
	insmod /root/tracepages.ko
	is 'the result' "$(cat /sys/module/tracepages/parameters/own)" ok
	switch_all 1
	(
		set -e
		vm_storm 10 scribble
	) &
	storm=$!
	echo 300 >/sys/module/tracepages/parameters/scribble
	number 'pages written to' "$(cat /sys/module/tracepages/parameters/scribble)" -ge 8
	wait $storm || fail 'a VM could not be created or destroyed'
	cat $TRACING/trace >/dev/null
	switch_all 0
	rmmod tracepages
	pkvmctl heap check
	nothing_is_left
	is state "$(pkvmctl -j status | jq -r .el2.state)" live
}

# Unloaded while EL2 writes: everything goes, and the events with it; loaded again they are off.
unload_while_tracing()
{
	switch_all 1
	pkvmctl vm create
	! rmmod pkvm 2>"$ERR" || fail 'unloaded with a VM'
	pkvmctl vm destroy --all
	rmmod pkvm
	log_says 'pkvm: EL2 given back'
	held_by stub
	modprobe pkvm
	is 'hyp_enter' "$(cat $TRACING/events/pkvm/hyp_enter/enable)" 0
	nothing_is_left
	traced 'hyp_vm_create hyp_lost' pkvmctl vm create
	is 'VMs told' "$(count hyp_vm_create)" 1
	pkvmctl vm destroy --all
}

# The last: trespass's pages are not in pkvm's books.
host_fault_is_told()
{
	local address

	traced 'hyp_host_fault hyp_enter' trespass
	address=$(printf '%#x' $(($(cat /sys/module/trespass/parameters/address))))
	is violations "$(count hyp_host_fault "address=$address pc=.* outcome=violation access=read")" 1
	number 'aborts' "$(count hyp_enter reason=abort)" -ge 1
}

trespass()
{
	insmod /root/trespass.ko
	is 'the errno' "$(cat /sys/module/trespass/parameters/nofault_errno)" -14
}

# What EL2 wrote last is lost with it; nobody waits for it, and the pages stay where they are.
dies_while_traced()
{
	modprobe pkvm
	pkvmctl vm create
	switch_all 1
	! echo 0 >$PARAMETERS/debug_panic 2>"$ERR" || fail 'EL2 lives'
	sleep 0.1
	switch_all 0
	log_says "pkvm: EL2 keeps 64 pages of CPU 0's trace: error -5"
	! switch 1 hyp_enter 2>"$ERR" || fail 'a dead EL2 is traced'
	is state "$(pkvmctl -j status | jq -r .el2.state)" dead
}

if [ "$1" = dead ]; then
	test_case dies dies_while_traced
	test_case kernel-log log_is_clean
	exit
fi

test_case all-events all_are_there
test_case scenario scenario_agrees_with_the_figures
test_case order scenario_is_in_order
test_case reasons reasons_are_told
test_case own-losses losses_are_of_their_trace
test_case nothing-left nothing_is_left
test_case overrun overrun_is_counted
test_case ring-size ring_size_has_limits
test_case switching switching_disturbs_nobody
test_case cpu-hotplug cpus_come_and_go
test_case host-writes host_writes_to_the_pages
test_case unload unload_while_tracing
test_case host-fault host_fault_is_told
test_case kernel-log log_is_clean
