#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A host that touches what it has given to EL2, by every route there is: each access faults,
# and the host lives.
# The module's pages are not in pkvm's books, so that it is not unloaded here.
#: machine a57:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

PARAMETERS=/sys/module/trespass/parameters
ROUTES=/sys/module/routes/parameters
EFAULT=-14
EBUSY=-16

donate_pages()
{
	modprobe pkvm
	insmod /root/trespass.ko
}

kernel_copy_gets_efault()
{
	is 'the errno' "$(cat $PARAMETERS/nofault_errno)" "$EFAULT"
}

# Whichever CPU reads the parameter.
no_cpu_leaves()
{
	is 'the errno' "$(cat $PARAMETERS/leave_errno)" "$EBUSY"
	is 'CPUs behind EL2' "$(pkvmctl -j page stats | jq .cpus.behind_el2)" "$(nproc)"
	kernel_copy_gets_efault
}

# Whose the page is, and that touching it is told to those who may know.
page_is_shown()
{
	runs 0 pkvmctl -j page show "$(cat $PARAMETERS/address)"
	is owner "$(jq -r .owner "$OUT")" "$1"
	is use "$(jq -r .use "$OUT")" "$2"
}

violations()
{
	pkvmctl -j page stats | jq .host_s2.violations
}

fault_is_told()
{
	local before address monitor tracefs=/sys/kernel/tracing

	before=$(violations)
	address=$(cat $PARAMETERS/address)
	echo 1 >$tracefs/events/pkvm/pkvm_fault/enable
	pkvmctl -j monitor --count 1 --timeout 20 >"$TEST_DIR/fault" &
	monitor=$!
	eventually 10 subscribed "$monitor"
	kernel_copy_gets_efault
	wait "$monitor" || fail 'the fault was not notified'
	is event "$(jq -r .event "$TEST_DIR/fault")" fault
	is address "$(($(jq -r .address "$TEST_DIR/fault")))" $((address))
	is owner "$(jq -r .owner "$TEST_DIR/fault")" hyp
	is 'violations' "$(violations)" $((before + 1))
	grep -q "pkvm_fault: address=$(printf '%#x' $((address))) .* owner=hyp access=read" \
		$tracefs/trace
	echo 0 >$tracefs/events/pkvm/pkvm_fault/enable
}

# A host that runs wild is told about, not listened to.
a_storm_is_limited()
{
	local i monitor

	pkvmctl -j monitor --timeout 3 >"$TEST_DIR/storm" &
	monitor=$!
	eventually 10 subscribed "$monitor"
	for ((i = 0; i < 100; i++)); do
		cat $PARAMETERS/nofault_errno >/dev/null
	done
	wait "$monitor"
	number 'faults told' "$(wc -l <"$TEST_DIR/storm")" -le 32
	number 'faults told' "$(wc -l <"$TEST_DIR/storm")" -ge 1
}

user_space_gets_sigbus()
{
	runs 0 /root/sigbus page
}

# The page itself is the program's all the time; the walk to it is what faults.
walk_through_a_donated_table_gets_sigbus()
{
	runs 0 /root/sigbus table
}

donate_again()
{
	echo 1 >$PARAMETERS/donate
	kernel_copy_gets_efault
}

open_routes()
{
	insmod /root/routes.ko address="$(cat $PARAMETERS/address)"
	is 'old alias' "$(cat $ROUTES/old_alias)" '0 0'
	is 'new alias' "$(cat $ROUTES/new_alias)" '0 0'
}

# The program has mapped the page while it was the host's.
mapped_page_faults()
{
	runs 0 /root/sigbus mapped
	is 'pages pinned, and the errnos' "$(cat $ROUTES/pinned)" "1 $EFAULT $EFAULT"
}

alias_faults()
{
	is 'old alias' "$(cat $ROUTES/old_alias)" "$EFAULT $EFAULT"
	is 'new alias' "$(cat $ROUTES/new_alias)" "$EFAULT $EFAULT"
}

program_of_32_bits_gets_sigbus()
{
	runs 0 /root/user32
	is 'the output' "$(cat "$OUT")" SIGBUS
}

# A string that ends in front of the page is read by words: the word's rest is zero.
word_across_is_fixed_up()
{
	local before

	before=$(violations)
	is 'the word' "$(cat $ROUTES/zeropad)" 44332211
	is violations "$(violations)" $((before + 1))
}

read_dev_mem()
{
	dd if=/dev/mem of=/dev/null bs=4096 count=1 skip=$(($1 / 4096))
}

# Not EL2's doing: of RAM the kernel opens nothing there, whosever it is (STRICT_DEVMEM).
dev_mem_is_closed()
{
	local before address previous

	before=$(violations)
	address=$(cat $PARAMETERS/address)
	previous=$(printf '%#x' $((address - 4096)))
	runs 1 read_dev_mem "$address"
	contains "dd's error" "$(cat "$ERR")" 'Operation not permitted'
	is 'owner of the page before' "$(pkvmctl -j page show "$previous" | jq -r .owner)" host
	runs 1 read_dev_mem "$previous"
	contains "dd's error" "$(cat "$ERR")" 'Operation not permitted'
	is violations "$(violations)" "$before"
}

pages_that_come_back_are_whole()
{
	comes_back_zero
	is 'old alias' "$(cat $ROUTES/old_alias)" '0 0'
}

# With a VM in some of them and a reserve in others. Trespass's own are not marked offline.
nothing_of_el2s_can_be_touched()
{
	local handle pages reads writes

	pkvmctl topup 1M
	handle=$(pkvmctl vm create --vcpus 4)
	read -r pages reads writes <$ROUTES/sweep
	number 'pages swept' "$pages" -ge $(($(figure .memory.owned_pages) - 16))
	is reads "$reads" 0
	is writes "$writes" 0
	pkvmctl heap check
	pkvmctl selftest
	pkvmctl vm destroy "$handle"
}

# Neither is a route that the kernel can come back from: the end of whoever takes it.
remote_copy_is_an_oops()
{
	runs 0 /root/sigbus remote
	log_says 'Internal error: Oops'
	log_says process_vm
	pkvmctl heap check
}

# Nor is this, where the CPU moves the data. A device that does so itself gets them (CAVEATS).
direct_io_is_an_oops()
{
	modprobe brd rd_nr=1 rd_size=1024
	runs 0 /root/sigbus "$1"
	log_says 'Internal error: Oops'
	log_says brd_
	is 'bytes on the disk' "$(tr -d '\0' </dev/ram0 | wc -c)" 0
	pkvmctl heap check
}

# It takes the lock of all parameters with it.
plain_read_is_an_oops()
{
	! bash -c "echo 1 >$PARAMETERS/touch" || fail 'the page was read'
	log_says 'Internal error: Oops'
	pkvmctl heap check
	pkvmctl vm create
}

comes_back_zero()
{
	echo 1 >$PARAMETERS/reclaim
	is 'the errno' "$(cat $PARAMETERS/nofault_errno)" 0
	is 'the page zero' "$(cat $PARAMETERS/zero)" 1
}

test_case donate donate_pages
test_case kernel-copy kernel_copy_gets_efault
test_case page-show page_is_shown hyp stock
test_case leave no_cpu_leaves
test_case fault-told fault_is_told
test_case fault-storm a_storm_is_limited
test_case user-space user_space_gets_sigbus
test_case table-walk walk_through_a_donated_table_gets_sigbus
test_case comes-back comes_back_zero
test_case page-is-the-hosts page_is_shown host host
test_case open-routes open_routes
test_case mapped mapped_page_faults
test_case alias alias_faults
test_case 32-bit program_of_32_bits_gets_sigbus
test_case word-across word_across_is_fixed_up
test_case dev-mem dev_mem_is_closed
test_case comes-back-again pages_that_come_back_are_whole
test_case sweep nothing_of_el2s_can_be_touched
test_case heap-check pkvmctl heap check
test_case kernel-log log_is_clean
test_case donate-again donate_again
test_case remote-copy remote_copy_is_an_oops
test_case direct-io-out direct_io_is_an_oops direct-out
test_case direct-io-in direct_io_is_an_oops direct-in
test_case plain-read plain_read_is_an_oops
