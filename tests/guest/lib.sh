# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the guest scripts share: where things are kept, how they speak, and how a
# product is locked, built aside and published whole. Sourced, never run.

set -euo pipefail

# shellcheck disable=SC2034 # used by those who source this
GUEST_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${PKVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pkvm}

# Created by make_workdir, removed when the script ends, however it ends.
WORKDIR=
trap '[ -z "$WORKDIR" ] || rm -rf "$WORKDIR"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# One line per long step; seconds are counted from the start of the script.
progress()
{
	printf '[%4d s] %s: %s\n' "$SECONDS" "${0##*/}" "$*" >&2
}

# Print the comment block at the head of the calling script, which is its manual.
usage()
{
	sed -n '/^#:/s/^#: \{0,1\}//p' "$0"
}

# Identify a recipe: the text of the given files and words. A product of another recipe
# is built again, one of the same recipe is found in the cache.
recipe_id()
{
	local arg

	for arg in "$@"; do
		if [ -f "$arg" ]; then
			cat "$arg"
		else
			echo "$arg"
		fi
	done | sha256sum | cut -c 1-16
}

# Hold the lock of product $1 until the script ends, so that concurrent runs build it once.
lock_product()
{
	mkdir -p "$CACHE/lock"
	exec {LOCK_FD}>"$CACHE/lock/$1"
	if ! flock -n "$LOCK_FD"; then
		progress "waiting for another run that builds $1"
		flock "$LOCK_FD"
	fi
}

# Make WORKDIR in the cache: on the same file system as what it becomes, so that
# publishing is a rename.
make_workdir()
{
	mkdir -p "$CACHE/tmp"
	WORKDIR=$(mktemp -d "$CACHE/tmp/${0##*/}.XXXXXX")
}

# Rename $1 to $2. An older $2 that is in the way is moved aside first.
publish()
{
	mkdir -p "$(dirname "$2")"
	if [ -e "$2" ]; then
		mv -T "$2" "$WORKDIR/replaced"
	fi
	mv -T "$1" "$2"
}

# Make the symbolic link $2 lead to $1, with no moment without a link. One that does is
# left alone.
publish_link()
{
	[ "$(readlink "$2")" != "$1" ] || return 0
	mkdir -p "$(dirname "$2")"
	ln -sfn "$1" "$2.new.$$"
	mv -fT "$2.new.$$" "$2"
}
