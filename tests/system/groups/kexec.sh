#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kexec while EL2 is held: the next kernel starts at EL2 and finds it free. What that kernel
# sees is told by programs/after_kexec.c on the console; it powers off, so the machine ends
# before this script does.
#: machine normal: --kaslr --push {image}:/root/Image --ends 121 --says 'pkvm: EL2 given back; of ([1-9][0-9]*) pages donated \1 returned'
#: machine dead: --kaslr --push {image}:/root/Image --module {debug} --ends 121
#: machine crash: --kaslr --push {image}:/root/Image --append crashkernel=256M --ends 121

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

COMMAND_LINE="console=ttyAMA0 kvm-arm.mode=none cryptomgr.notests panic=-1 kpti=off"

# Load the next kernel: kexec's option for it, and what to add to its command line.
prepare()
{
	modprobe pkvm
	# -i: the purgatory would take a quarter of a minute to check the segments' hashes.
	kexec -i "$1" /root/Image --initrd=/root/kexec.cpio --command-line="$COMMAND_LINE ${2:-}"
}

# The kernel's record of how its CPUs were booted decides whether kexec goes by EL2.
cpu_goes_and_comes()
{
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
	is 'starts relayed' "$(pkvmctl -j page stats | jq .cpus.relayed)" 1
}

# Meanwhile VMs come and go: EL2 is to be given back whole all the same, which it says to the
# console.
create_and_destroy_for_ever()
{
	local i

	dmesg -n 7
	for ((i = 0; i < 4; i++)); do
		while pkvmctl vm create --vcpus 512 --max-vcpus 512 --count 20; do
			pkvmctl vm destroy --all
		done >/dev/null 2>&1 &
	done
	sleep 0.5
}

create_vm()
{
	pkvmctl vm create --vcpus 4 --count 3
}

# EL2 writes its events to the end, by what it keeps on the heap that it scrubs.
events_are_traced()
{
	echo 1 >/sys/kernel/tracing/events/pkvm/enable
}

dies()
{
	! echo 0 >/sys/module/pkvm/parameters/debug_panic || fail 'EL2 lives'
	log_says 'pkvm: EL2 is dead: bug'
}

# Does not return.
restart()
{
	kexec -e
}

case $1 in
normal)
	test_case prepared prepare --load
	test_case vm-lives create_vm
	test_case cpu-relayed cpu_goes_and_comes
	create_and_destroy_for_ever
	test_case kexec restart
	;;
dead)
	test_case prepared prepare --load
	test_case vm-lives create_vm
	test_case el2-dies dies
	test_case kexec restart
	;;
crash)
	test_case prepared prepare --load-panic nr_cpus=1
	test_case vm-lives create_vm
	test_case traced events_are_traced
	echo c >/proc/sysrq-trigger
	;;
esac
