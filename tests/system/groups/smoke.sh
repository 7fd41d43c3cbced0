#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The main job on a CPU of today, whose kernel is told to leave EL2: pointer authentication,
# branch target identification and all else that a cortex-a57 lacks are there.
#: machine max: --cpu max,pauth-impdef=on --append id_aa64mmfr1.vh=0

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

load_with_selftest()
{
	modprobe pkvm selftest=1
	held_by pkvm
}

vms_come_and_go()
{
	pkvmctl vm create --vcpus 8 --count 4
	is 'VMs' "$(figure .memory.vms)" 4
	is 'vCPUs' "$(figure .memory.vcpus)" 32
	pkvmctl heap check
	pkvmctl vm destroy --all
	is 'VMs left' "$(figure .memory.vms)" 0
	is 'bytes used in the heap' "$(figure .heap.used_bytes)" 0
}

pages_come_back()
{
	number 'reclaimable pages' "$(figure .memory.reclaimable_pages)" -gt 0
	pkvmctl reclaim --all
	is 'reclaimable pages left' "$(figure .memory.reclaimable_pages)" 0
	pkvmctl heap check
}

topped_up_ahead()
{
	pkvmctl topup 1M
	number 'pages in stock' "$(figure .memory.stock_pages)" -ge 256
}

# Who has BPF programs on the module's tracepoints.
holds()
{
	pkvmctl -j status | jq -e --argjson pid "$1" 'any(.use.holders[]; .pid == $pid)' >/dev/null
}

# One object for all kernels: it loads, attaches and measures.
probes_measure()
{
	local hist heap

	pkvmctl -j trace hist >"$TEST_DIR/hist" &
	hist=$!
	pkvmctl -j trace heap >"$TEST_DIR/heap" &
	heap=$!
	eventually 20 holds $hist
	eventually 20 holds $heap
	pkvmctl reclaim --all
	pkvmctl vm create --vcpus 0 --max-vcpus 512
	pkvmctl vm destroy --all
	kill -INT $hist $heap
	wait $hist
	wait $heap
	number 'calls measured' "$(jq '[.kinds[].calls] | add // 0' "$TEST_DIR/hist")" -gt 0
	number 'allocations followed' "$(jq .allocs "$TEST_DIR/heap")" -gt 0
}

# It enters the kernel by the code that EL2 has to know.
cpu_comes_back()
{
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
	held_by pkvm
}

unload_and_check()
{
	rmmod pkvm
	held_by stub
}

test_case load-with-selftest load_with_selftest
test_case vms-come-and-go vms_come_and_go
test_case selftest pkvmctl selftest
test_case probes-measure probes_measure
test_case topped-up-ahead topped_up_ahead
test_case pages-come-back pages_come_back
test_case cpu-comes-back cpu_comes_back
test_case unload unload_and_check
test_case kernel-log log_is_clean
