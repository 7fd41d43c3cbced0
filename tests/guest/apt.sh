# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A private APT that sees arm64 packages and installs none: its own lists, status
# and archives under the cache. The machine's APT state is only read: where its
# Debian archive is, its proxies and its keys. Sourced after lib.sh.

APT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# Lists older than this are fetched again before they are used.
APT_LISTS_MINUTES=60

# The release that guests run, with its updates.
# shellcheck disable=SC2034 # used by those who source this
DEBIAN_SUITES=(bookworm bookworm-updates bookworm-security)

BUILD_ARCH=$(dpkg --print-architecture)

# Print the URI of the machine's Debian archive ($1 = Debian) or of its security
# archive ($1 = Debian-Security).
apt_archive_uri()
{
	# shellcheck disable=SC2016 # apt's variables, not the shell's
	local format='$(CREATED_BY)|$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)'

	apt-get indextargets --format "$format" |
		awk -F '|' -v label="$1" '!seen && $1 == "Packages" && $2 == "Debian" &&
			$3 == label && $4 == "main" { print $5; seen = 1 }'
}

# Print sources for the suites given, e.g. "bookworm bookworm-security".
apt_sources()
{
	local suite label uri

	for suite in "$@"; do
		case $suite in
		*-security) label=Debian-Security ;;
		*) label=Debian ;;
		esac
		uri=$(apt_archive_uri "$label")
		[ -n "$uri" ] ||
			die "no $label archive in the machine's APT sources: add one, then run apt-get update"
		echo "deb [signed-by=$APT_KEYRING arch=$APT_ARCHS] $uri $suite main"
	done
}

# Write the configuration of the private APT in directory $1. It is read after the
# machine's, of which the hooks and the pins are dropped.
apt_config()
{
	cat <<-END
	Dir::State "$1/state";
	Dir::State::status "$1/status";
	Dir::Cache "$1/cache";
	Dir::Cache::pkgcache "pkgcache.bin";
	Dir::Cache::srcpkgcache "srcpkgcache.bin";
	Dir::Etc::SourceList "$1/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	APT::Architecture "${APT_NATIVE:-arm64}";
	#clear APT::Architectures;
	APT::Architectures { "${APT_ARCHS/,/\"; \"}"; };
	#clear APT::Update::Pre-Invoke;
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	#clear DPkg::Pre-Invoke;
	#clear DPkg::Post-Invoke;
	#clear DPkg::Pre-Install-Pkgs;
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	APT::Keep-Downloaded-Packages "true";
	Acquire::Languages "none";
	Acquire::Retries "3";
	END
}

# Prepare the private APT for the given suites, with fresh lists: for a machine of
# architecture $APT_NATIVE (arm64 if it is not set), which has its own. Sets APT_DIR and
# holds its lock until the script ends. Fails if the archive has no such suite.
apt_open()
{
	local name=$1${APT_NATIVE:+-$APT_NATIVE}

	APT_ARCHS=arm64
	[ "$BUILD_ARCH" = arm64 ] || APT_ARCHS=arm64,$BUILD_ARCH
	[ -r "$APT_KEYRING" ] || die "$APT_KEYRING is missing: apt-get install debian-archive-keyring"

	APT_DIR=$CACHE/apt/$name
	lock_product "apt-$name"
	mkdir -p "$APT_DIR"/{state/lists/partial,cache/archives/partial}
	: >>"$APT_DIR/status"
	apt_sources "$@" >"$APT_DIR/sources.list.new"
	apt_config "$APT_DIR" >"$APT_DIR/apt.conf"

	if cmp -s "$APT_DIR/sources.list.new" "$APT_DIR/sources.list" &&
	   [ -n "$(find "$APT_DIR/updated" -mmin "-$APT_LISTS_MINUTES" 2>/dev/null)" ]; then
		return
	fi
	progress "fetching the package lists of $*"
	mv "$APT_DIR/sources.list.new" "$APT_DIR/sources.list"
	rm -f "$APT_DIR/updated"
	private_apt get -qq update || return
	touch "$APT_DIR/updated"
}

# Run apt-$1 on the private state.
private_apt()
{
	local tool=apt-$1

	shift
	"$tool" -c "$APT_DIR/apt.conf" "$@"
}

# Print field $2 of the newest version of package $1.
apt_field()
{
	private_apt cache show --no-all-versions "$1" | sed -n "s/^$2: //p"
}

# Download the packages given, and nothing they depend on, into directory $1.
apt_download()
{
	local dir=$1

	shift
	(cd "$dir" && private_apt get -qq download "$@")
}

# Download the packages given and all they depend on; print the paths of the archives,
# which stay in the cache for the next product that needs them.
apt_download_closure()
{
	private_apt get -qq -y --download-only install "$@" >&2
	private_apt get -qq -y --simulate install "$@" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([^]]*\)\]).*/\1_\2_\3.deb/p' |
		sed "s/:[a-z0-9]*_/_/; s/:/%3a/; s|^|$APT_DIR/cache/archives/|"
}
