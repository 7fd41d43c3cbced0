#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tracepoints of system pkvm, over a scenario whose figures are known.
#: machine a57:

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

TRACING=/sys/kernel/tracing
# A number that is not 0.
N='[1-9][0-9]*'
EVENTS='pkvm_fault pkvm_hyp_req pkvm_reclaim pkvm_shrink pkvm_topup pkvm_vm'

# Run a command with all events of the host's on (EL2's have a group of their own, hyptrace); what
# they told is then in TRACE, one a line.
TRACE=$TEST_DIR/trace
traced()
{
	local enable

	echo >$TRACING/trace
	for enable in "$TRACING"/events/pkvm/pkvm_*/enable; do
		echo 1 >"$enable"
	done
	"$@"
	echo 0 >$TRACING/events/pkvm/enable
	sed -n 's/^.*[0-9]: \(pkvm_[a-z_]*: \)/\1/p' $TRACING/trace >"$TRACE"
}

# told EVENT PATTERN: there is just one such event, and all of it matches
told()
{
	local lines

	lines=$(grep "^$1: " "$TRACE" || true)
	[[ $lines =~ ^$1:\ $2$ ]] || fail "$1 told '$lines', expected '$2'"
}

all_are_there()
{
	modprobe pkvm
	is events "$(cd $TRACING/events/pkvm && printf '%s\n' pkvm_* | xargs)" "$EVENTS"
}

# Nothing is in stock: the VM's first pages are asked for, and come in answer to that.
vm_creation_is_traced()
{
	local handle

	traced pkvmctl vm create --vcpus 0 --max-vcpus 4 >"$TEST_DIR/handle"
	handle=$(cat "$TEST_DIR/handle")
	told pkvm_vm "action=create vm=$handle vcpus=0 errno=0 duration_ns=$N"
	told pkvm_hyp_req "type=pages cause=vm vm=$handle asked=$N pages=$N retries=$N errno=0 duration_ns=$N"
	told pkvm_topup "credited=1 asked=$N pages=$N errno=0 duration_ns=$N"
	is 'pages of the request' "$(field pkvm_hyp_req pages)" "$(field pkvm_topup pages)"
	is 'pages as counted' "$(field pkvm_hyp_req asked)" "$(figure .host.requested_pages)"
	traced pkvmctl vm destroy "$handle"
	told pkvm_vm "action=destroy vm=$handle vcpus=0 errno=0 duration_ns=$N"
}

# field EVENT NAME: of the one event
field()
{
	sed -n "s/^$1: .*\b$2=\([^ ]*\).*/\1/p" "$TRACE"
}

pages_are_traced()
{
	traced pkvmctl topup 1M
	told pkvm_topup "credited=0 asked=256 pages=256 errno=0 duration_ns=$N"
	traced pkvmctl reclaim 100
	told pkvm_reclaim "asked=100 pages=100 errno=0 duration_ns=$N"
}

# drop_caches calls every shrinker until nothing more comes: all that was reclaimable, and the
# page tables that thereby get empty.
shrinks_are_traced()
{
	local reclaimable traced

	reclaimable=$(figure .memory.reclaimable_pages)
	number 'reclaimable pages' "$reclaimable" -gt 0
	traced shrink_all
	traced=$(sed -n "s/^pkvm_shrink: asked=$N pages=\([0-9]*\) errno=0 duration_ns=$N\$/\1/p" \
		"$TRACE" | awk '{ pages += $1 } END { print pages }')
	is 'pages traced' "$traced" "$(figure .host.shrunk_pages)"
	number 'pages traced' "$traced" -ge "$reclaimable"
	is 'pages left' "$(figure .memory.reclaimable_pages)" 0
}

shrink_all()
{
	echo 2 >/proc/sys/vm/drop_caches
}

# A VM that cannot be created: more VMs than EL2 has handles.
failure_is_traced()
{
	pkvmctl vm create --vcpus 0 --count 255 >"$TEST_DIR/handles"
	traced runs 5 pkvmctl vm create
	told pkvm_vm "action=create vm=0 vcpus=0 errno=-28 duration_ns=$N"
	pkvmctl vm destroy --all
}

test_case all-events all_are_there
test_case vm-create-and-destroy vm_creation_is_traced
test_case topup-and-reclaim pages_are_traced
test_case shrink shrinks_are_traced
test_case failure failure_is_traced
test_case unload rmmod pkvm
test_case kernel-log log_is_clean
