# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of what tests/guest/run is made of, without booting a machine."""
import io
import os
import subprocess
import sys
import tempfile
import unittest

GUEST_DIR = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, GUEST_DIR)
# pylint: disable=wrong-import-position # after the line above
from machine import Monitor, Stream  # noqa: E402
from payload import Archive, add_session, list_directories  # noqa: E402

MARKER = "aab0c1d2"


def run_guest(*arguments):
    """Run tests/guest/run and return how it ended."""
    return subprocess.run([os.path.join(GUEST_DIR, "run"), *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


class StreamTest(unittest.TestCase):
    """A stream ends at its marker, however it arrives in pieces."""

    def relay(self, pieces):
        sink = io.BytesIO()
        stream = Stream(sink, MARKER)
        for piece in pieces:
            stream.feed(piece)
        return stream, sink

    def test_marker_split_anywhere(self):
        whole = b"one\ntwo" + MARKER.encode() + b" 42\n"
        for at in range(len(whole) + 1):
            stream, sink = self.relay([whole[:at], whole[at:]])
            self.assertEqual((sink.getvalue(), stream.status), (b"one\ntwo", 42), at)

    def test_byte_by_byte_with_false_starts(self):
        text = b"a" + MARKER.encode()[:5] + b"\0\xff" + MARKER.encode()[:-1]
        whole = text + b"\n" + MARKER.encode() + b" 0\n"
        stream, sink = self.relay(bytes([byte]) for byte in whole)
        self.assertEqual((sink.getvalue(), stream.status), (text + b"\n", 0))

    def test_output_is_live(self):
        stream, sink = self.relay([b"no newline yet"])
        self.assertEqual((sink.getvalue(), stream.status), (b"no newline yet", None))

    def test_end_without_marker(self):
        stream, sink = self.relay([b"x" + MARKER.encode()[:4]])
        stream.close()
        self.assertEqual((sink.getvalue(), stream.status), (b"x" + MARKER.encode()[:4], None))

    def test_nothing_after_the_marker(self):
        stream, sink = self.relay([MARKER.encode() + b" 3\n", b"late"])
        stream.close()
        self.assertEqual((sink.getvalue(), stream.status), (b"", 3))


class MonitorTest(unittest.TestCase):
    """The reason of the shutdown is found among other messages, in pieces."""

    class Connection:
        """Takes what the monitor sends."""
        sent = b""

        def sendall(self, data):
            self.sent += data

    def test_reason(self):
        connection = self.Connection()
        monitor = Monitor(connection)
        self.assertIn(b"qmp_capabilities", connection.sent)
        events = (b'{"QMP": {}}\r\n{"return": {}}\r\n{"event": "RESET", "data": {}}\r\n'
                  b'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}\r\n')
        for at in range(0, len(events), 7):
            self.assertIsNone(monitor.reason)
            monitor.feed(events[at:at + 7])
        self.assertEqual(monitor.reason, "guest-reset")


class ArchiveTest(unittest.TestCase):
    """cpio unpacks what Archive writes."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, fill, existing=()):
        """Let `fill` add to an archive; return its path."""
        path = os.path.join(self.folder, "archive.cpio")
        with open(path, "wb") as output:
            archive = Archive(output, existing)
            fill(archive)
            archive.close()
        return path

    def unpack(self, path):
        """Return the folder that cpio has unpacked the archive into."""
        target = os.path.join(self.folder, "tree")
        os.mkdir(target)
        with open(path, "rb") as archive:
            subprocess.run(["cpio", "--quiet", "-i"], cwd=target, stdin=archive, check=True)
        return target

    def test_contents_and_modes(self):
        def fill(archive):
            for size in range(6):
                archive.add(f"/opt/deep/{size}", b"x" * size, 0o640)
            archive.add("/lib/modules/m.ko", b"\0\1", 0o755)

        tree = self.unpack(self.write(fill))
        for size in range(6):
            path = os.path.join(tree, f"opt/deep/{size}")
            self.assertEqual(os.path.getsize(path), size)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
        with open(os.path.join(tree, "usr/lib/modules/m.ko"), "rb") as file:
            self.assertEqual(file.read(), b"\0\1")

    def test_existing_directories_are_left_alone(self):
        path = self.write(lambda archive: archive.add("/root/new/file", b""), ["root"])
        self.assertEqual(list(list_directories(path)), ["root/new"])

    def test_directories_of_a_foreign_archive(self):
        os.makedirs(os.path.join(self.folder, "in/a/b"))
        with open(os.path.join(self.folder, "in/a/file"), "w", encoding="ascii") as file:
            file.write("seven b")
        path = os.path.join(self.folder, "foreign.cpio")
        with open(path, "wb") as archive:
            subprocess.run("find . -mindepth 1 | sort | cpio --quiet -o -H newc", shell=True,
                           cwd=os.path.join(self.folder, "in"), stdout=archive, check=True)
        self.assertEqual(list(list_directories(path)), ["a", "a/b"])

    def test_not_an_archive(self):
        path = os.path.join(self.folder, "text")
        with open(path, "wb") as file:
            file.write(b"x" * 200)
        with self.assertRaises(ValueError):
            list(list_directories(path))

    def test_session_survives_the_shell(self):
        command = ["printf", "%s,", "a b", "it's", "$HOME", "", "x;y\nz"]
        tree = self.unpack(self.write(
            lambda archive: add_session(archive, MARKER, command, "rows 24 cols 80")))
        config = os.path.join(tree, "etc/guest/session.conf")
        script = f'. "{config}"; "${{COMMAND[@]}}"; echo "$MARKER|$TERMINAL"'
        seen = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        self.assertEqual(seen.stdout, "a b,it's,$HOME,,x;y\nz," + MARKER + "|rows 24 cols 80\n")


class KernelMakeTest(unittest.TestCase):
    """Make runs in the headers: this machine's, or that of the toolchain beside them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "headers"))
        with open(os.path.join(self.folder, "headers/Makefile"), "w", encoding="ascii") as file:
            file.write("all:\n\t@echo $(WORD) in $(CURDIR)\n")

    def make(self):
        """Run kernel-make and return how it ended."""
        return subprocess.run(
            [os.path.join(GUEST_DIR, "kernel-make"), os.path.join(self.folder, "headers"),
             "-s", "--no-print-directory", "WORD=made"],
            env={"PATH": os.environ["PATH"], "HOME": self.folder}, capture_output=True, text=True,
            check=False)

    def test_without_toolchain(self):
        done = self.make()
        self.assertEqual(done.stdout, f"made in {os.path.realpath(self.folder)}/headers\n",
                         done.stderr)

    def test_empty_toolchain_is_entered(self):
        os.mkdir(os.path.join(self.folder, "toolchain"))
        os.makedirs(os.path.join(self.folder, ".cache/pkvm"))
        done = self.make()
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(os.path.join(self.folder, "toolchain")), [])
        self.assertEqual(os.listdir(os.path.join(self.folder, ".cache/pkvm/tmp")), [])


class RefusalTest(unittest.TestCase):
    """What cannot be booted is refused before anything is started."""

    def test_usage(self):
        for arguments in (["--smp", "0"], ["--timeout", "-1"], ["--no-such-option"]):
            self.assertEqual(run_guest(*arguments, "--", "true").returncode, 2, arguments)

    def test_missing_parts(self):
        cases = ((["--kernel", "0.1"], "make guest KVER=0.1"),
                 (["--module", "/no/such.ko"], "--module: /no/such.ko"),
                 (["--push", "/no/such:/opt/x"], "--push: /no/such"))
        for arguments, sentence in cases:
            done = run_guest(*arguments, "--", "true")
            self.assertEqual(done.returncode, 125, done.stderr)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main()
