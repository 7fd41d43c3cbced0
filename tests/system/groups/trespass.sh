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
test_case user-space user_space_gets_sigbus
test_case table-walk walk_through_a_donated_table_gets_sigbus
test_case comes-back comes_back_zero
test_case heap-check pkvmctl heap check
test_case kernel-log log_is_clean
test_case donate-again donate_again
test_case plain-read plain_read_is_an_oops
