#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The probe: where EL2 cannot be had, loading fails with the sentence that tells why and what
# to do, and nothing has changed. (The kernel's own pKVM: 7.2's does not come up on QEMU's
# cortex-a57.)
#: machine kvm: --append kvm-arm.mode=nvhe
#: machine protected: --cpu cortex-a76 --append kvm-arm.mode=protected
#: machine vhe: --cpu max,pauth-impdef=on
#: machine no-el2: --no-el2
#: machine parameters:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

# refused ERRNO-TEXT SENTENCE [PARAMETER...]: the load fails so, and leaves nothing.
refused()
{
	local errno=$1 sentence=$2
	shift 2

	runs 1 modprobe pkvm "$@"
	contains "modprobe's error" "$(cat "$ERR")" "$errno"
	log_says "pkvm: $sentence"
	[ ! -e /sys/module/pkvm ] || fail "the module is there all the same"
}

# As refused, where KVM holds EL2, and it can still be opened.
refused_beside_kvm()
{
	refused 'Device or resource busy' "$1"
	true <>/dev/kvm || fail "/dev/kvm cannot be opened any more"
}

# An HVC where there is no EL2 would be undefined: the kernel is just alive.
refused_without_el2()
{
	refused 'No such device' "this machine has no EL2, or does not let the kernel have it"
}

refused_for_heap_size()
{
	refused 'Invalid argument' "heap_mib=$1 is out of range: 2 to 1024 MiB" heap_mib="$1"
	held_by stub
}

case $1 in
kvm)
	test_case refused-kvm refused_beside_kvm \
		"KVM is in use (/dev/kvm exists): boot with kvm-arm.mode=none"
	;;
protected)
	test_case refused-protected refused_beside_kvm \
		"the kernel's own pKVM holds EL2, and this version cannot steer it: boot with kvm-arm.mode=none"
	;;
vhe)
	test_case refused-vhe refused_beside_kvm \
		"the kernel itself runs at EL2 (VHE): boot it with kvm-arm.mode=none id_aa64mmfr1.vh=0"
	;;
no-el2)
	test_case refused-no-el2 refused_without_el2
	;;
parameters)
	test_case heap-too-small refused_for_heap_size 1
	test_case heap-too-large refused_for_heap_size 1025
	test_case loads-after-that modprobe pkvm
	test_case unloads rmmod pkvm
	;;
esac
test_case kernel-log log_is_clean
