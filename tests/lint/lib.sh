# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the checks share: which files there are, and how each part of the tree is
# compiled when it is looked at on its own. Sourced, never run.
# shellcheck disable=SC2034 # used where this is sourced

set -euo pipefail

LINT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$LINT_DIR/../.."

BUILD=${BUILD:-build}
MAKE=${MAKE:-make}
CROSS=${CROSS-aarch64-linux-gnu-}
CC_CROSS="${CROSS}gcc"
CLANG_CROSS='clang --target=aarch64-linux-gnu'

# What everything but the module is held to; the module has the kernel's own W=1.
WARNINGS=(-std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wpointer-arith -Wvla -Wwrite-strings -Wundef -Wformat=2)

# The EL2 image's world: nothing but its own headers and the compiler's.
IMAGE_FLAGS=(-Iinclude -ffreestanding -nostdinc)
IMAGE_CPU=(-march=armv8-a -mgeneral-regs-only)

# The world of the programs and of what tests them in the machine, and that of the unit
# tests, where fakes stand for the kernel's headers.
read -ra LIBRARY_FLAGS <<<"$(pkg-config --cflags libnl-genl-3.0 smartcols check 2>/dev/null)" || true
PROGRAM_FLAGS=(-Iinclude -Iinclude/uapi -Idaemon/lib -Idaemon/ctl -Ibpf
	-isystem "$BUILD/bpf" "${LIBRARY_FLAGS[@]}")
UNIT_FLAGS=(-Itests/unit -Itests/unit/fake/kernel -Ikmod "${PROGRAM_FLAGS[@]}")

# Print the files of the tree whose names match a pattern: those that git tracks and those
# that it would.
files()
{
	local file pattern

	git ls-files --cached --others --exclude-standard | while read -r file; do
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # a pattern; its * also matches /
			if [[ $file == $pattern && -f $file ]]; then
				echo "$file"
				break
			fi
		done
	done
}

# Print where compiler $1 (words) keeps its own headers.
compiler_headers()
{
	$1 -print-file-name=include
}

# Run a command for each file on stdin, several at a time: each ARG... FILE. Fails if one
# of them does.
each()
{
	xargs -r -P "$(nproc)" -n 1 "$@"
}
