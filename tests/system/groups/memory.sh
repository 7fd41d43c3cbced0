#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# EL2's pages in the host's own books: those it could have back are counted as reclaimable, all
# are left out by readers of memory, and memory that comes later stays offline.
#: machine a57: --mem 512M --plug 256M

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

MEMORY=/sys/devices/system/memory
# /proc/kpageflags, bit of a page that is marked offline (include/uapi/linux/kernel-page-flags.h).
KPF_OFFLINE=23
MIB_64=16384
# What /proc/kcore has for memory without one physical address: all bits set.
NO_ADDRESS=18446744073709551615

load()
{
	modprobe pkvm
	pkvmctl shrinker set enabled=off
}

kib_reclaimable()
{
	cat /proc/sys/vm/stat_refresh
	awk -v kib=$((HYP_PER_HOST * 4)) \
		'$1 == "nr_kernel_misc_reclaimable" { print $2 * kib }' /proc/vmstat
}

# What EL2 would give back, and what the host has ready for it, in whole pages of the host's.
kib_expected()
{
	local held

	held=$(pkvmctl -j page stats | jq .arena.held_pages)
	held=$((held + $(figure .memory.reclaimable_pages)))
	echo $((held / HYP_PER_HOST * HYP_PER_HOST * 4))
}

# A little less than what EL2 has: some pages become tables and the like.
reclaimable_is_counted()
{
	is 'KiB at first' "$(kib_reclaimable)" "$(kib_expected)"
	pkvmctl topup $MIB_64
	number 'KiB with 64 MiB' "$(kib_reclaimable)" -ge 65536
	is 'KiB with 64 MiB' "$(kib_reclaimable)" "$(kib_expected)"
	pkvmctl vm destroy "$(pkvmctl vm create --vcpus 4)"
	is 'KiB after a VM' "$(kib_reclaimable)" "$(kib_expected)"
	pkvmctl reclaim 100
	is 'KiB after a reclaim' "$(kib_reclaimable)" "$(kib_expected)"
}

# The arena goes first, and the shrinker is alone in this: nobody asked for pages.
shrunk_is_counted()
{
	local before

	pkvmctl topup 1M
	before=$(kib_reclaimable)
	pkvmctl shrinker set enabled=on
	echo 2 >/proc/sys/vm/drop_caches
	pkvmctl shrinker set enabled=off
	number 'KiB after shrinking' "$(kib_reclaimable)" -lt "$before"
	is 'KiB after shrinking' "$(kib_reclaimable)" "$(kib_expected)"
	pkvmctl topup $MIB_64
}

# EL2's pages that are marked offline, as /proc/kpageflags has it.
pages_offline()
{
	od -An -v -w8 -t u8 /proc/kpageflags | awk -v bit=$KPF_OFFLINE -v each=$HYP_PER_HOST \
		'int($1 / 2 ^ bit) % 2 { n += each } END { print n + 0 }'
}

donated_pages_are_offline()
{
	is 'pages offline' "$(pages_offline)" "$(figure .memory.owned_pages)"
}

# The n-th u64 of /proc/kcore's program header i, which has seven (elf(5)).
program_header()
{
	local offset

	offset=$(od -An -t u8 -j 32 -N 8 /proc/kcore)
	printf '%u' "$(od -An -t u8 -j $((offset + $1 * 56 + $2 * 8)) -N 8 /proc/kcore)"
}

# All that has a physical address, which is the linear map and the kernel's image: a reader that
# touched EL2's pages would be told so.
kcore_is_readable()
{
	local before i total=0

	before=$(pkvmctl -j page stats | jq .host_s2.violations)
	for ((i = 1; i < $(od -An -t u2 -j 56 -N 2 /proc/kcore); i++)); do
		[ "$(program_header $i 3)" != $NO_ADDRESS ] || continue
		dd if=/proc/kcore bs=1M iflag=skip_bytes,count_bytes status=none \
			skip="$(program_header $i 1)" count="$(program_header $i 4)" |
			wc -c >"$TEST_DIR/bytes"
		total=$((total + $(cat "$TEST_DIR/bytes")))
	done
	number 'bytes read' $total -ge $((256 << 20))
	is violations "$(pkvmctl -j page stats | jq .host_s2.violations)" "$before"
}

# A block of memory with donated pages in it; any other may go and come.
donated_memory_stays()
{
	local block stayed=0

	for block in "$MEMORY"/memory*; do
		[ "$(cat "$block/state")" = online ] || continue
		if echo offline >"$block/state" 2>"$ERR"; then
			echo online >"$block/state"
		else
			stayed=$((stayed + 1))
		fi
	done
	number 'blocks that stayed' $stayed -ge 1
	is 'blocks offline' "$(cat "$MEMORY"/memory*/state | grep -c offline)" 0
	pkvmctl heap check
	donated_pages_are_offline
}

new_memory_stays_offline()
{
	local new

	modprobe -a virtio_pci virtio_mem
	eventually 10 plugged
	new=$(grep -l offline "$MEMORY"/memory*/state | head -n 1)
	! echo online >"$new" 2>"$ERR" || fail 'new memory is online'
	contains "the write's error" "$(cat "$ERR")" 'Device or resource busy'
	log_says 'cannot come online: EL2 knows the RAM of the time it was loaded'
}

plugged()
{
	grep -q offline "$MEMORY"/memory*/state
}

unload_and_check()
{
	rmmod pkvm
	is 'KiB reclaimable' "$(kib_reclaimable)" 0
	is 'pages offline' "$(pages_offline)" 0
	echo online >"$(grep -l offline "$MEMORY"/memory*/state | head -n 1)"
}

test_case load load
test_case reclaimable reclaimable_is_counted
test_case shrunk shrunk_is_counted
test_case offline-mark donated_pages_are_offline
test_case kcore kcore_is_readable
test_case memory-goes-and-comes donated_memory_stays
test_case new-memory new_memory_stays_offline
test_case unload unload_and_check
test_case kernel-log log_is_clean
