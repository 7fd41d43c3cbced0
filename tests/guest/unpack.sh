# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Unpack Debian archives of a foreign architecture into a tree. Sourced.

# Make the links of a merged /usr in the new tree $1, before anything is unpacked there.
merge_usr()
{
	local dir

	for dir in bin lib sbin; do
		mkdir -p "$1/usr/$dir"
		ln -s "usr/$dir" "$1/$dir"
	done
}

# Unpack archive $1 into directory $2, without scripts, owners or documents. Directories
# that are links there (a merged /usr) are followed.
deb_unpack()
{
	dpkg-deb --fsys-tarfile "$1" |
		tar -C "$2" -xpf - --no-same-owner --keep-directory-symlink \
			--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
			--exclude='./usr/share/info/*' --exclude='./usr/share/locale/*' \
			--exclude='./usr/share/lintian/*' --exclude='./usr/share/bug/*'
}
