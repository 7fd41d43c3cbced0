#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command that the README has for a host with the module (lines "# ..." of its
# console blocks), in the order it has them. What it has for the build machine is
# checked by lint (commands), and run by whoever runs this.
#: machine a57: --push README.md

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

# What a block leaves loaded would be in the way of the next.
readme_commands()
{
	awk '/^```console$/ { block = 1; next }
		/^```/ { if (block) print "modprobe -rq pkvm"; block = 0 }
		block && sub(/^# /, "")' /root/README.md
}

count=0
while IFS= read -r command; do
	case $command in
	'modprobe -rq pkvm') eval "$command" || true ;;
	*)
		count=$((count + 1))
		# The first words name the case.
		name=$(tr -cs '[:alnum:]\n' - <<<"$command" | cut -c1-40)
		test_case "$count-${name%-}" bash -euc -o pipefail "$command"
		;;
	esac
done < <(readme_commands)

has_commands()
{
	number 'commands in the README' "$count" -ge 10
}

test_case has-commands has_commands
test_case kernel-log log_is_clean
