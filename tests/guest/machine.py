# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine under test as a QEMU process: its command line, the streams that come out
of it, and how it ended.

A command's output travels over two virtio ports, each closed by a marker line with the
exit status; the console only goes to the log. That QEMU ended by a power-off or by a
reset comes from QMP; with panic=-1 a panic is a reset that the log explains.
"""
import enum
import json
import os
import selectors
import socket
import subprocess
import time

CMDLINE = ("console=ttyAMA0 rdinit=/lib/systemd/systemd quiet loglevel=3 "
           "systemd.show_status=0 cryptomgr.notests panic=-1 kvm-arm.mode=none")
# An emulated CPU is a thread among many: whoever runs the machine may keep it waiting for
# longer than the kernel's watchdogs take for a lock-up (20 s). They get 60.
CMDLINE += " watchdog_thresh=30 rcupdate.rcu_cpu_stall_timeout=60"
NO_KASLR = "nokaslr"
# Address randomisation alone would turn page-table isolation on, which the CPU does not need.
KASLR = "kpti=off"
PANIC = b"Kernel panic - not syncing"


class End(enum.Enum):
    """How a machine ended."""
    POWER_OFF = "the machine powered off before the command ended"
    RESET = "the machine was reset"
    PANIC = "the kernel panicked"
    TIMEOUT = "the time was up"
    FAILED = "QEMU failed or was killed"


class Stream:
    """Relays one port to a file, up to the marker and the status that follows it."""

    def __init__(self, sink, marker):
        self.sink = sink
        self.marker = marker.encode()
        self.held = b""
        self.status = None

    def feed(self, data):
        """Take what the port brought; pass on all that cannot belong to the marker."""
        if self.status is not None:
            return
        self.held += data
        at = self.held.find(self.marker)
        if at < 0:
            at = len(self.held) - self._marker_start()
            self._pass(at)
            return
        self._pass(at)
        line, newline, _ = self.held.partition(b"\n")
        if newline:
            self.status = int(line[len(self.marker):])

    def close(self):
        """Pass on what was held back: the port has ended without a marker."""
        if self.status is None:
            self._pass(len(self.held))

    def _marker_start(self):
        """Return how many bytes at the end of what is held may begin a marker."""
        longest = min(len(self.held), len(self.marker) - 1)
        return next((size for size in range(longest, 0, -1)
                     if self.held.endswith(self.marker[:size])), 0)

    def _pass(self, size):
        self.sink.write(self.held[:size])
        self.sink.flush()
        self.held = self.held[size:]


class Monitor:
    """The QMP connection: keeps the reason of the last SHUTDOWN event."""

    def __init__(self, connection):
        connection.sendall(b'{"execute": "qmp_capabilities"}\n')
        self.held = b""
        self.reason = None

    def feed(self, data):
        """Take what QEMU sent."""
        *lines, self.held = (self.held + data).split(b"\n")
        for message in map(json.loads, filter(bytes.strip, lines)):
            if message.get("event") == "SHUTDOWN":
                self.reason = message["data"]["reason"]


def machine_type(options):
    """Return QEMU's name and properties for the machine."""
    virtualization = "off" if options.no_el2 else "on"
    # No ITS: its tables would lie where a kernel started by kexec may be loaded.
    return f"virt,virtualization={virtualization},gic-version=3,its=off"


def memory(options):
    """Return QEMU's options for the memory there is, and for what can be plugged in."""
    if not options.plug:
        return ["-m", options.mem]
    return ["-m", f"{options.mem},maxmem=8G",
            "-object", f"memory-backend-ram,id=plugged,size={options.plug}",
            "-device", f"virtio-mem-pci,memdev=plugged,requested-size={options.plug}"]


def dump_device_tree(options, path):
    """Write the device tree that QEMU makes for the machine."""
    subprocess.run(["qemu-system-aarch64", "-nodefaults", "-display", "none",
                    "-M", f"{machine_type(options)},dumpdtb={path}", "-cpu", options.cpu,
                    "-smp", str(options.smp), "-m", options.mem],
                   check=True, stderr=subprocess.DEVNULL)


def qemu_command(options, files, ports, console):
    """Return QEMU's command line.

    options: of the run script; files: kernel image, initrd, log, and dtb or None; ports: the file
    descriptors of QMP and of the two streams; console: a chardev without its id.
    """
    accel = ["-accel", "tcg,thread=multi"]
    if options.icount:
        accel = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off",
                 "-rtc", "clock=vm"]
    cmdline = [CMDLINE, KASLR if options.kaslr else NO_KASLR, *options.append]
    return [
        # Not to be outlived by QEMU, however this process ends.
        "setpriv", "--pdeathsig", "KILL",
        "qemu-system-aarch64", "-nodefaults", "-display", "none", "-no-reboot",
        "-M", machine_type(options),
        "-cpu", options.cpu, "-smp", str(options.smp), *memory(options), *accel,
        "-kernel", files.image, "-initrd", files.initrd,
        "-append", " ".join(cmdline),
        *(["-dtb", files.dtb] if files.dtb else []),
        "-chardev", f"{console},id=console,logfile={files.log}",
        "-serial", "chardev:console",
        "-chardev", f"socket,id=qmp,fd={ports[0]}", "-mon", "chardev=qmp,mode=control",
        "-device", "virtio-serial-device",
        "-chardev", f"socket,id=out,fd={ports[1]}",
        "-device", "virtserialport,chardev=out,name=guest.out",
        "-chardev", f"socket,id=err,fd={ports[2]}",
        "-device", "virtserialport,chardev=err,name=guest.err",
    ]


class Machine:
    """A running QEMU. Use as a context manager: on leaving it QEMU is gone."""

    def __init__(self, options, files, console, sinks, marker):
        ours, theirs = zip(*(socket.socketpair() for _ in range(3)))
        ports = [end.fileno() for end in theirs]
        self.log = files.log
        self.process = subprocess.Popen(qemu_command(options, files, ports, console),
                                        stdin=None if "stdio" in console else subprocess.DEVNULL,
                                        pass_fds=ports)
        for end in theirs:
            end.close()
        self.streams = [Stream(sink, marker) for sink in sinks]
        self.monitor = Monitor(ours[0])
        self.selector = selectors.DefaultSelector()
        for end, reader in zip(ours, [self.monitor, *self.streams]):
            self.selector.register(end, selectors.EVENT_READ, reader)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def status(self):
        """The command's exit status; None as long as it is not known."""
        if any(stream.status is None for stream in self.streams):
            return None
        return self.streams[0].status

    def _read(self, connection, reader):
        """Pass on what the connection brought; False once it has ended."""
        try:
            data = connection.recv(65536)
        except ConnectionResetError:
            data = b""
        if data:
            reader.feed(data)
            return True
        self.selector.unregister(connection)
        connection.close()
        return False

    def run(self, seconds, until_status):
        """Relay until the machine ends, for at most `seconds` (None: without limit).

        With until_status, the time limit ends when the command's status is known.
        Returns an End.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        open_ends = len(self.selector.get_map())
        while open_ends:
            if until_status and self.status is not None:
                deadline = None
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return End.TIMEOUT
            for key, _ in self.selector.select(left):
                open_ends -= not self._read(key.fileobj, key.data)
        for stream in self.streams:
            stream.close()
        return self._ended()

    def _ended(self):
        if self.process.wait() != 0:
            return End.FAILED
        if self.monitor.reason == "guest-reset":
            return End.PANIC if self._log_shows_panic() else End.RESET
        if self.monitor.reason == "guest-shutdown":
            return End.POWER_OFF
        return End.FAILED

    def _log_shows_panic(self):
        with open(self.log, "rb") as log:
            return PANIC in log.read()
