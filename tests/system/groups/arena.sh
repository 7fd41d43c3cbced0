#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The arena: what EL2 is given in small amounts lies together, whoever is charged for it and
# whatever else allocates meanwhile; what the host holds ready for that is told, little, and
# the first thing to go when memory gets short.
#: machine a57: --smp 2 --mem 512M --timeout 180

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

BLOCK_PAGES=512
CGROUP=/sys/fs/cgroup/creator
# A reserve that no shrinker touches.
ALL_OF_IT=64M

# page_figure PATH: a number of page stats, e.g. page_figure .arena.held_pages
page_figure()
{
	pkvmctl -j page stats | jq -e "$1"
}

load()
{
	modprobe pkvm
	is 'pages held' "$(page_figure .arena.held_pages)" 0
	is 'blocks taken' "$(page_figure .arena.blocks)" 0
}

# The first request fills it; EL2 gets no more than it asked for and tables.
vm_start_is_told()
{
	pkvmctl vm create --vcpus 4
	is 'blocks taken' "$(page_figure .arena.blocks)" 1
	is 'pages held' "$(page_figure .arena.held_pages)" \
		$((BLOCK_PAGES - $(page_figure .arena.cut_pages)))
	number 'pages cut' "$(page_figure .arena.cut_pages)" -le \
		"$(figure '.host.donated_pages')"
	is 'blocks split' "$(page_figure .host_s2.split_blocks)" 1
}

# Top-ups and requests while files take the memory between them: blocks are split only where
# the arena was, or where the page allocator had other pages for a request.
small_amounts_lie_together()
{
	local i donated

	donated=$(figure .host.donated_pages)
	for ((i = 0; i < 60; i++)); do
		pkvmctl topup 20
		pkvmctl vm create --vcpus 40
		head -c 2M /dev/zero >"/dev/shm/between$i"
	done
	rm /dev/shm/between*
	donated=$(($(figure .host.donated_pages) - donated))
	number 'pages donated' $donated -ge $((60 * 20))
	number 'blocks split' "$(page_figure .host_s2.split_blocks)" -le \
		"$(page_figure '.arena | .blocks + .missed_pages')"
	number 'blocks taken' "$(page_figure .arena.blocks)" -le \
		$((donated / BLOCK_PAGES + 2))
	number 'pages missed' "$(page_figure .arena.missed_pages)" -le $((donated / 20))
	number 'pages held' "$(page_figure .arena.held_pages)" -le $BLOCK_PAGES
}

# What is charged to the creator's cgroup, in pages.
charged_pages()
{
	echo $(($(cat $CGROUP/memory.current) / 4096))
}

# The pages of requests are, although they are the arena's; a reserve is nobody's. The VM takes
# more pages than the CPUs keep charged ahead, 64 each.
requests_are_charged()
{
	local before donated cut

	mkdir -p $CGROUP
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	pkvmctl vm destroy --all
	pkvmctl reclaim --all
	before=$(charged_pages)
	donated=$(figure .host.donated_pages)
	cut=$(page_figure .arena.cut_pages)
	runs 0 /root/vm_create_in $CGROUP 512
	donated=$(($(figure .host.donated_pages) - donated))
	number 'pages donated' $donated -gt $((2 * 64))
	is 'pages cut' $(($(page_figure .arena.cut_pages) - cut)) $donated
	number 'pages charged' $(($(charged_pages) - before)) -ge $donated
	before=$(charged_pages)
	(echo $BASHPID >$CGROUP/cgroup.procs && exec pkvmctl topup 256)
	number 'pages charged for a reserve' $(($(charged_pages) - before)) -lt 256
	pkvmctl vm destroy --all
	pkvmctl reclaim --all
	number 'pages charged in the end' "$(charged_pages)" -lt $donated
}

# Some pages to take from.
fill()
{
	pkvmctl vm destroy --all
	pkvmctl topup 20
	number 'pages held' "$(page_figure .arena.held_pages)" -gt 0
}

reclaim_empties_it()
{
	fill
	pkvmctl reclaim 1
	is 'pages held' "$(page_figure .arena.held_pages)" 0
}

# Before anything of EL2's, and even if that is a reserve.
shrinker_empties_it_first()
{
	local at_el2

	fill
	pkvmctl shrinker set enabled=off reserve=$ALL_OF_IT
	at_el2=$(figure .memory.reclaimable_pages)
	echo 2 >/proc/sys/vm/drop_caches
	number 'pages held with the shrinker off' "$(page_figure .arena.held_pages)" -gt 0
	pkvmctl shrinker set enabled=on
	echo 2 >/proc/sys/vm/drop_caches
	is 'pages held' "$(page_figure .arena.held_pages)" 0
	is 'pages at EL2' "$(figure .memory.reclaimable_pages)" "$at_el2"
	pkvmctl shrinker set reserve=0
}

# Smaller blocks then, and single pages for requests.
without_blocks_it_works()
{
	local blocks

	pkvmctl reclaim --all
	pkvmctl shrinker set enabled=off
	# By now, so that the kernel does not make a block of what is in use a moment later.
	echo 1 >/proc/sys/vm/compact_memory
	insmod /root/fragment.ko
	blocks=$(page_figure .arena.blocks)
	pkvmctl topup 1200
	number 'pages in stock' "$(figure .memory.stock_pages)" -ge 1200
	pkvmctl vm create --vcpus 400 --max-vcpus 400 --count 4
	is 'blocks taken' "$(page_figure .arena.blocks)" "$blocks"
	is 'pages held' "$(page_figure .arena.held_pages)" 0
	pkvmctl vm destroy --all
	pkvmctl reclaim --all
	rmmod fragment
	pkvmctl topup 20
	is 'blocks taken once there are some' "$(page_figure .arena.blocks)" $((blocks + 1))
}

# What it holds does not outlive the module.
unload_frees_it()
{
	local before

	fill
	before=$(free_kib)
	rmmod pkvm
	number 'KiB freed' $(($(free_kib) - before)) -ge $(((BLOCK_PAGES - 64) * 4))
	held_by stub
}

test_case load load
test_case vm-start-is-told vm_start_is_told
test_case small-amounts-lie-together small_amounts_lie_together
test_case requests-are-charged requests_are_charged
test_case reclaim-empties-it reclaim_empties_it
test_case shrinker-empties-it-first shrinker_empties_it_first
test_case without-blocks without_blocks_it_works
test_case unload unload_frees_it
test_case kernel-log log_is_clean
