#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Memory that is really short: the shrinker gives EL2's pages back under global pressure,
# within what its knobs say, while VMs come and go on all CPUs; and a host that has no page
# for EL2 says so and loses none.
#: machine a57: --smp 4 --mem {short} --timeout 240

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

# What EL2 holds idle while memory gets short.
IDLE_PAGES=32768
CREATORS=4
# What is free while VMs come and go.
FREE_KIB=131072
ROUNDS=25

# Use up free memory until the kernel reclaims. The hog wants what is free now and a quarter of
# what EL2 holds idle: it can only get it from there, and the rest is for those who run beside
# it. It ends once it has had all of it.
press()
{
	local kib

	kib=$(($(meminfo MemFree) + $(figure .memory.reclaimable_pages) * 4 / 4))
	/root/hog "$kib"
}

# Pages outside of EL2 that were donated and not returned are what EL2 has beyond the boot ones,
# and all that it has is somewhere.
pages_add_up()
{
	runs 0 pkvmctl -j heap show
	is 'pages owned' "$(jq .memory.owned_pages "$OUT")" "$(jq '.memory |
		.boot_pages + .stock_pages + .heap_pages + .tables_pages + .vmemmap_pages' "$OUT")"
	is 'pages out' "$(jq '.host | .donated_pages - .returned_pages' "$OUT")" \
		"$(jq '.memory | .owned_pages - .boot_pages' "$OUT")"
	is 'pages credited' "$(jq .memory.credited_pages "$OUT")" 0
}

fill()
{
	pkvmctl topup "$IDLE_PAGES"
	topped_up 'stock' "$(figure .memory.stock_pages)" "$IDLE_PAGES"
}

pressure_takes_pages_back()
{
	fill
	press
	number 'pages shrunk' "$(figure .host.shrunk_pages)" -ge $((IDLE_PAGES / 8))
	number 'pages left' "$(figure .memory.reclaimable_pages)" -lt "$IDLE_PAGES"
	pages_add_up
	pkvmctl reclaim --all
}

# As above, but for the part that is to be left.
reserve_is_left()
{
	local reserve=$((IDLE_PAGES * 3 / 4)) shrunk

	shrunk=$(figure .host.shrunk_pages)
	fill
	pkvmctl shrinker set reserve=$reserve
	shrink_by_force
	is 'pages left' "$(figure .memory.reclaimable_pages)" $reserve
	shrunk=$(($(figure .host.shrunk_pages) - shrunk))
	# Tables come with the pages that leave them idle, or are made of pages on their way.
	number 'pages shrunk' $shrunk -ge $((IDLE_PAGES - reserve - IDLE_PAGES / 512))
	number 'pages shrunk' $shrunk -le $((IDLE_PAGES - reserve + IDLE_PAGES / 512))
	pages_add_up
}

# The kernel asks every shrinker until nothing more comes: no half measure, unlike pressure.
shrink_by_force()
{
	echo 2 >/proc/sys/vm/drop_caches
}

disabled_shrinker_takes_nothing()
{
	local before

	pkvmctl shrinker set enabled=off reserve=0
	before=$(figure '[.host.shrunk_pages, .memory.reclaimable_pages]' | jq -c)
	shrink_by_force
	is 'pages shrunk and left' \
		"$(figure '[.host.shrunk_pages, .memory.reclaimable_pages]' | jq -c)" "$before"
	pkvmctl shrinker set enabled=on
	shrink_by_force
	is 'pages left once it is enabled' "$(figure .memory.reclaimable_pages)" 0
}

# One of several at a time; each VM is destroyed by whoever created it.
create_and_destroy()
{
	local i

	for ((i = 0; i < ROUNDS; i++)); do
		pkvmctl vm create --vcpus $((i % 8 + 1)) --max-vcpus 64 --count 8 >"$TEST_DIR/vms$1"
		# shellcheck disable=SC2046 # several handles
		pkvmctl vm destroy $(cat "$TEST_DIR/vms$1") >"$TEST_DIR/destroyed$1"
	done
}

# Pages go to EL2 and come back all the time.
hog_and_shrink()
{
	until [ -e "$TEST_DIR/stop" ]; do
		pkvmctl topup 64M
		press
	done
}

vms_come_and_go_under_pressure()
{
	local i creators=() hog shrunk

	shrunk=$(figure .host.shrunk_pages)
	fallocate -l $(($(meminfo MemFree) - FREE_KIB))K /dev/shm/balloon
	hog_and_shrink &
	hog=$!
	for ((i = 0; i < CREATORS; i++)); do
		taskset -c "$((i % $(nproc)))" bash -c "$(declare -f create_and_destroy)
			set -e; ROUNDS=$ROUNDS TEST_DIR=$TEST_DIR; create_and_destroy $i" &
		creators+=($!)
	done
	for i in "${creators[@]}"; do
		wait "$i" || fail 'a VM could not be created or destroyed'
	done
	touch "$TEST_DIR/stop"
	wait "$hog" || fail 'the hog was killed, or EL2 was not topped up'
	rm /dev/shm/balloon
	number 'pages shrunk meanwhile' "$(figure .host.shrunk_pages)" -gt "$shrunk"
	is 'VMs created' "$(figure .host.vms_created)" $((CREATORS * ROUNDS * 8))
	is 'requests given up' "$(figure .host.request_failures)" 0
}

heap_is_sound()
{
	runs 0 pkvmctl heap check
	is 'VMs' "$(figure .memory.vms)" 0
	is 'bytes used' "$(figure .heap.used_bytes)" 0
	is 'frees refused' "$(figure .heap.misuses)" 0
	pages_add_up
}

# What a full reclaim leaves is no more than the table of page states, and tables of the
# host's stage-2 for the blocks of 2 MiB and the GiB in which its pages lie.
reclaim_leaves_the_vmemmap()
{
	pkvmctl reclaim --all
	is 'pages of heap and stock' "$(figure '.memory | .heap_pages + .stock_pages')" 0
	is 'tables beyond those' "$(figure '.memory |
		[.tables_pages - .vmemmap_pages - 1, 0] | max')" 0
	pages_add_up
}

# The pages of a request are charged to the creator's cgroup: it may have 64, and 512 vCPUs of
# more than 1 KiB each want some 150. What was topped up for them is EL2's to give back.
creator_without_memory()
{
	local cgroup=/sys/fs/cgroup/creator

	mkdir -p $cgroup
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	echo 256K >$cgroup/memory.max
	runs 0 /root/vm_create_in $cgroup 512
	is 'the answer' "$(cat "$OUT")" "12 the host has no more memory to give to EL2"
	is 'requests given up' "$(figure .host.request_failures)" 1
	is 'times the host had no page' "$(figure .host.alloc_failures)" 1
	heap_is_sound
	reclaim_leaves_the_vmemmap
	rmdir $cgroup
}

unload_and_check()
{
	rmmod pkvm
	log_says 'pkvm: EL2 given back'
	held_by stub
}

test_case load modprobe pkvm
test_case pressure-takes-pages-back pressure_takes_pages_back
test_case reserve-is-left reserve_is_left
test_case disabled-shrinker disabled_shrinker_takes_nothing
test_case vms-under-pressure vms_come_and_go_under_pressure
test_case heap-is-sound heap_is_sound
test_case reclaim-all reclaim_leaves_the_vmemmap
test_case creator-without-memory creator_without_memory
test_case unload unload_and_check
test_case kernel-log log_is_clean
