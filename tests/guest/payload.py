# SPDX-License-Identifier: GPL-2.0-or-later
"""What is appended to the base tree for one boot, as a cpio archive (newc).

The kernel unpacks concatenated archives one after the other, each over what is there.
An entry replaces what has its name, so that paths here must not run through a link of
the base tree: /lib, /bin and /sbin are spelled /usr/... .
"""
import os
import shlex
import shutil
import stat
import subprocess

# For the session's ports; modprobe finds what they depend on.
SESSION_MODULES = ("virtio_mmio", "virtio_console")
# Not loaded: what a command may want to load.
TEST_MODULES = ("virtio_pci", "virtio_mem", "brd")
MERGED = ("bin", "lib", "sbin")
HEADER_SIZE = 110


def padding(size):
    """Return the bytes that fill size up to a multiple of 4."""
    return b"\0" * (-size % 4)


class Archive:
    """A newc archive under construction. Everything in it belongs to root."""

    def __init__(self, output, existing):
        """Write to file `output`; directories in `existing` are there already."""
        self.output = output
        self.directories = set(existing)
        self.inode = 0

    def _entry(self, name, mode, data):
        self.inode += 1
        raw = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self.output.write(header + raw + padding(HEADER_SIZE + len(raw)))
        self.output.write(data + padding(len(data)))

    def _parents(self, name):
        parent = os.path.dirname(name)
        if parent and parent not in self.directories:
            self._parents(parent)
            self._entry(parent, stat.S_IFDIR | 0o755, b"")
            self.directories.add(parent)

    def add(self, path, data, mode=0o644):
        """Add a file of the given content at absolute path `path` of the guest."""
        name = os.path.normpath(path).lstrip("/")
        if name.split("/")[0] in MERGED:
            name = "usr/" + name
        self._parents(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def add_file(self, path, source):
        """Add a copy of file `source`, with its permissions."""
        with open(source, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            self.add(path, file.read(), mode & 0o777)

    def close(self):
        """End the archive; the output stays open."""
        self._entry("TRAILER!!!", 0, b"")


def list_directories(path):
    """Yield the names of the directories in the newc archive `path`."""
    with open(path, "rb") as archive:
        while True:
            header = archive.read(HEADER_SIZE)
            if header[:6] != b"070701":
                raise ValueError(f"{path} is not a newc archive")
            mode, size, name_size = (int(header[at:at + 8], 16) for at in (14, 54, 94))
            name = archive.read(name_size)[:-1].decode()
            if name == "TRAILER!!!":
                return
            archive.seek(-(HEADER_SIZE + name_size) % 4 + size + -size % 4, os.SEEK_CUR)
            if stat.S_ISDIR(mode):
                yield os.path.normpath(name)


def module_closure(kernel, names):
    """Return the files of the kernel's modules `names` and of those they depend on."""
    listing = subprocess.run(
        ["modprobe", "-a", "-d", kernel.root, "-S", kernel.release, "--show-depends", *names],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    lines = (line.split() for line in listing.splitlines())
    return sorted({words[1] for words in lines if words[0] == "insmod"})


def add_modules(archive, kernel, module, scratch):
    """Add the modules that the session needs and `module` (None: no other), indexed.

    The index is made by depmod over a tree that holds just these, in folder `scratch`.
    """
    stage = os.path.join(scratch, "lib/modules", kernel.release)
    os.makedirs(os.path.join(stage, "extra"))
    for index in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(os.path.join(kernel.modules, index), stage)
    for source in module_closure(kernel, SESSION_MODULES + TEST_MODULES):
        shutil.copy(source, stage)
    if module is not None:
        shutil.copy(module, os.path.join(stage, "extra/pkvm.ko"))
    subprocess.run(["depmod", "-b", scratch, kernel.release], check=True)
    for folder, _, names in os.walk(stage):
        for name in names:
            path = os.path.join(folder, name)
            archive.add_file(os.path.relpath(path, scratch), path)


def add_session(archive, marker, command, terminal):
    """Add what the session script in the guest is to do; the words are explained there."""
    config = f"MARKER={marker}\nCOMMAND=({shlex.join(command)})\n"
    config += f"TERM={shlex.quote(os.environ.get('TERM', 'vt220'))}\n"
    if terminal is not None:
        config += f"TERMINAL={shlex.quote(terminal)}\n"
    archive.add("/etc/guest/session.conf", config.encode())
