#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A host that touches what it has given to EL2: each access faults, and the host lives.
# The module's pages are not in pkvm's books, so that it is not unloaded here.
#: machine a57:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

PARAMETERS=/sys/module/trespass/parameters
EFAULT=-14

donate_pages()
{
	modprobe pkvm
	insmod /root/trespass.ko
}

kernel_copy_gets_efault()
{
	is 'the errno' "$(cat $PARAMETERS/nofault_errno)" "$EFAULT"
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
	local before address tracefs=/sys/kernel/tracing

	before=$(violations)
	address=$(cat $PARAMETERS/address)
	echo 1 >$tracefs/events/pkvm/pkvm_fault/enable
	pkvmctl -j monitor --count 1 --timeout 20 >"$TEST_DIR/fault" &
	sleep 0.5
	kernel_copy_gets_efault
	wait $! || fail 'the fault was not notified'
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
	local i

	pkvmctl -j monitor --timeout 3 >"$TEST_DIR/storm" &
	for ((i = 0; i < 100; i++)); do
		cat $PARAMETERS/nofault_errno >/dev/null
	done
	wait $!
	number 'faults told' "$(wc -l <"$TEST_DIR/storm")" -le 32
	number 'faults told' "$(wc -l <"$TEST_DIR/storm")" -ge 1
}

user_space_gets_sigbus()
{
	runs 0 /root/sigbus page
	is 'the output' "$(cat "$OUT")" SIGBUS
}

# The page itself is the program's all the time; the walk to it is what faults.
walk_through_a_donated_table_gets_sigbus()
{
	runs 0 /root/sigbus table
	is 'the output' "$(cat "$OUT")" SIGBUS
}

donate_again()
{
	echo 1 >$PARAMETERS/donate
	kernel_copy_gets_efault
}

# The writer's end, not the machine's; it takes the lock of all parameters with it.
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
test_case fault-told fault_is_told
test_case fault-storm a_storm_is_limited
test_case user-space user_space_gets_sigbus
test_case table-walk walk_through_a_donated_table_gets_sigbus
test_case comes-back comes_back_zero
test_case page-is-the-hosts page_is_shown host host
test_case heap-check pkvmctl heap check
test_case kernel-log log_is_clean
test_case donate-again donate_again
test_case plain-read plain_read_is_an_oops
