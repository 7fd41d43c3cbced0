#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A crash dump of a host that has given pages to EL2: the crash kernel reads all of memory,
# and makedumpfile leaves EL2's pages out. The script is also the first program of the crash
# kernel, whose cases it reports on the console, the form that tests/system/run reads there.
#: machine a57: --kaslr --push {image}:/Image --append crashkernel=192M --ends 121
#: machine dead: --kaslr --push {image}:/Image --append crashkernel=192M --module {debug} --ends 121

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

COMMAND_LINE="console=ttyAMA0 quiet loglevel=1 nr_cpus=1 kvm-arm.mode=none cryptomgr.notests"
COMMAND_LINE+=" panic=-1 kpti=off"
# What the crash kernel has: this script's and guest.sh's, all of it Debian's.
PROGRAMS=(awk bash cat dd dmesg grep head makedumpfile mktemp mount sed sleep tail tr wc)
TREE=/root/crash
DONATED=/root/donated

# The path of each program, and of the libraries that they are linked to.
needed_files()
{
	local program

	for program in "${PROGRAMS[@]}"; do
		type -P "$program"
		ldd "$(type -P "$program")" | grep -o '/[^ ]*'
	done | sort -u
}

# 16 MiB of reserve, and what VMs take: heap, tables and pages of their own.
donate()
{
	modprobe pkvm
	pkvmctl shrinker set enabled=off
	pkvmctl topup 16M
	pkvmctl vm create --vcpus 4 --count 3
	number 'pages donated' "$(figure .memory.owned_pages)" -ge 4096
}

# kexec describes the dead kernel to the next one by its symbol _text, which /proc/kallsyms lacks
# in a kernel without KALLSYMS_ALL (6.1): the start of the image, at 2 MiB, a little before _stext.
list_text()
{
	local stext

	! grep -q ' _text$' /proc/kallsyms || return 0
	stext=$(awk '$3 == "_stext" { print $1 }' /proc/kallsyms)
	printf '%016x T _text\n' $((0x$stext & ~0x1fffff)) | cat - /proc/kallsyms >/root/kallsyms
	mount --bind /root/kallsyms /proc/kallsyms
}

# The initramfs is made here, of what this machine runs.
prepare()
{
	local file

	mkdir -p "$TREE"/{dev,proc,tmp,root,usr/{bin,lib,sbin}}
	ln -s usr/bin usr/lib usr/sbin "$TREE"
	needed_files | while read -r file; do
		install -D "$file" "$TREE$file"
	done
	install "$0" "$TREE/init"
	install /root/guest.sh "$TREE/root"
	figure .memory.owned_pages >"$TREE$DONATED"
	(cd "$TREE" && find . | cpio --quiet -o -H newc) >/root/crash.cpio
	list_text
	# -i: the purgatory would take a quarter of a minute to check the segments' hashes.
	kexec -i --load-panic /Image --initrd=/root/crash.cpio --command-line="$COMMAND_LINE"
}

dies()
{
	! echo 0 >/sys/module/pkvm/parameters/debug_panic || fail 'EL2 lives'
	log_says 'pkvm: EL2 is dead: bug'
}

# What was EL2's included: it can be read, now that EL2 is gone.
all_memory_is_readable()
{
	number 'bytes of the dump' "$(dd if=/proc/vmcore bs=1M status=none | wc -c)" -gt $((512 << 20))
}

# excluded WHAT: pages of that kind which makedumpfile, run last, says it has left out
excluded()
{
	printf '%d' "$(awk -F ': *' -v what="$1" '$1 ~ "^ *" what " *$" { print $2 }' "$OUT")"
}

# Dump at level $1, with errors and a report. The dump itself goes nowhere: there is no disk.
dump()
{
	local status=0

	makedumpfile -F --message-level 20 -d "$1" /proc/vmcore 2>"$OUT" >/dev/null || status=$?
	cat "$OUT"
	! grep -q 'VA Bits 52 not supported' "$OUT" ||
		skip 'Debian 12 has no makedumpfile for kernels with 52-bit addresses'
	is "makedumpfile's exit status" "$status" 0
}

smallest_dump()
{
	dump 31
	number 'pages left out as offline' "$(excluded 'Offline pages')" -ge "$(cat $DONATED)"
	number 'pages left out as free' "$(excluded 'Free pages')" -gt 0
}

# Level 15 keeps free pages.
dump_with_free_pages()
{
	dump 15
	is 'pages left out as free' "$(excluded 'Free pages')" 0
	number 'pages left out as offline' "$(excluded 'Offline pages')" -ge "$(cat $DONATED)"
}

in_crash_kernel()
{
	test_case all-memory all_memory_is_readable
	test_case smallest-dump smallest_dump
	test_case free-pages-too dump_with_free_pages
	test_case crash-kernel-log log_is_clean
}

if [ $$ -eq 1 ]; then
	mount -t proc proc /proc
	mount -t devtmpfs dev /dev
	in_crash_kernel | sed 's/^/system-test: /' >/dev/console
	echo o >/proc/sysrq-trigger
	sleep 60
fi

test_case donate donate
test_case prepared prepare
[ "$1" != dead ] || test_case el2-dies dies
# What was reported needs a moment to leave the machine.
sleep 1
echo c >/proc/sysrq-trigger
