# SPDX-License-Identifier: GPL-2.0-or-later
"""Every check of tests/lint/checks finds what it is for, and leaves what is right alone."""
import os
import shutil
import subprocess
import tempfile
import unittest
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

MODULE = "/* SPDX-License-Identifier: GPL-2.0-only */\n"
PROGRAM = "// SPDX-License-Identifier: GPL-2.0-or-later\n"
SCRIPT = "#!/bin/bash\n# SPDX-License-Identifier: GPL-2.0-or-later\n"


class Sample(NamedTuple):
    """A file that a check passes, one that it does not, and a part of what it says then."""
    good: tuple
    bad: tuple
    says: str


def long_function(lines):
    """Return a function with so many lines."""
    return "void f(void)\n{\n" + "\tg();\n" * (lines - 3) + "}\n"


# Stands for the build: what is made by its own rules in the tree is one file here.
MAKEFILE = """\
.PHONY: kmod-debug
programs-native unit-programs $(BUILD)/native/bench/heap_bench:
	$(CC_NATIVE) $(CFLAGS_COMMON) -c -o /dev/null daemon/x.c
kmod-debug:; sparse -Wno-decl kmod/x.c
%.o:; gcc -Wall -Werror -c -o /dev/null $(M)/$*.c
"""

SAMPLES = {
    "commands": Sample(("README.md", "`make kmod-debug`\n```console\n# git clone x\n```\n"),
                       ("README.md", "```sh\npkvmctl nothing\n```\n"), "no test runs: pkvmctl"),
    "clang": Sample(("daemon/x.c", "int x;\n"), ("daemon/x.c", "int x = y;\n"), "y"),
    "cppcheck": Sample(
        ("daemon/x.c", "int f(void)\n{\n\tint a[2] = { 1, 2 };\n\n\treturn a[1];\n}\n"),
        ("daemon/x.c", "int f(void)\n{\n\tint a[2] = { 1, 2 };\n\n\treturn a[2];\n}\n"),
        "out of bounds"),
    "data": Sample(("x.yaml", "a: [1]\n"), ("x.yaml", "a: [1\n"), "x.yaml"),
    "format": Sample(
        ("daemon/x.c", "int x(int a,\n      int b);\n#define A\t1\n"),
        ("daemon/x.c", "int x( int a );\n"), "daemon/x.c:1"),
    "gcc": Sample(("daemon/x.c", "int x;\n"), ("daemon/x.c", "int f() { return 0; }\n"),
                  "strict-prototypes"),
    "headers": Sample(
        ("kmod/x.h", "#ifndef X_H\n#define X_H\nstruct x {\n\tint a;\n};\n#endif\n"),
        ("kmod/x.h", "struct x {\n\tint a;\n};\n"), "redefinition"),
    "image": Sample(("kmod/hyp/x.c", "extern int x;\nint x;\n"),
                    ("kmod/hyp/x.c", "#ifdef NEVER\n#include <linux/types.h>\n#endif\nint x;\n"),
                    "linux/types.h"),
    "licences": Sample(("kmod/x.h", MODULE), ("kmod/x.c", PROGRAM), "should be GPL-2.0-only"),
    "limits": Sample(("kmod/x.c", long_function(60)), ("kmod/x.c", long_function(61)),
                     "f() has 61 lines"),
    "links": Sample(("x.md", "# A b\n[c](x.md#a-b)\n"), ("x.md", "# A\n[c](x.md#b)\n"), "#b"),
    "manual": Sample(
        ("daemon/man/x.8", ".Dd November 1, 2026\n.Dt X 8\n.Os\n.Sh NAME\n.Nm x\n.Nd does x\n"),
        ("daemon/man/x.8", ".Dd November 1, 2026\n.Dt X 8\n.Os\n.Sh NAME\n.Nm x\n.Xy\n"), "Xy"),
    "modes": Sample(("x", "no script\n"), ("x", SCRIPT), "not executable"),
    "module": Sample(("kmod/x.c", "int x;\n"), ("kmod/x.c", "void *x = 0;\n"), "NULL pointer"),
    "shell": Sample(("x", SCRIPT + 'echo "$1"\n'), ("x", SCRIPT + "echo $1\n"), "SC2086"),
    "sparse": Sample(("daemon/x.c", "static int x;\n"), ("daemon/x.c", "static void *x = 0;\n"),
                     "NULL pointer"),
    "spelling": Sample(("x", "receive\n"), ("x", "rec" "ieve\n"), "receive"),
    "state": Sample(
        ("kmod/x.c", "int f(void)\n{\n\tstatic const char *const t[2];\n\n\treturn !t[0];\n}\n"),
        ("kmod/x.c", "int f(void)\n{\n\tstatic const char *t;\n\n\treturn !t++;\n}\n"),
        "static variable in f()"),
    "text": Sample(("x", "text\n"), ("x", "text \n"), "white space"),
    "unused": Sample(
        ("daemon/x.c", "static int f(void)\n{\n\treturn 0;\n}\nint main(void)\n{\n"
                       "\treturn f();\n}\n"),
        ("daemon/x.c", "int f(void)\n{\n\treturn 0;\n}\n"), "f() is never used"),
}


class CheckTest(unittest.TestCase):
    """Runs each check in a small tree of its own."""

    def run_check(self, name, path, text):
        """Run a check over a tree with one file; return its exit status and output."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["git", "init", "-q", folder], check=True)
            shutil.copytree(HERE, os.path.join(folder, "tests/lint"))
            shutil.copy(os.path.join(TOP, ".clang-format"), folder)
            files = {"Makefile": MAKEFILE, ".gitignore": "/tests\n/Makefile\n/.clang-format\n",
                     path: text}
            for file_name, content in files.items():
                full = os.path.join(folder, file_name)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(content)
            env = {name: value for name, value in os.environ.items()
                   if name not in ("BUILD", "MAKE", "MAKEFLAGS", "MAKELEVEL", "CROSS")}
            done = subprocess.run(
                [os.path.join(folder, "tests/lint/checks", name)], env=env | {"KDIR": folder},
                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            return done.returncode, done.stdout

    def test_every_check_has_a_sample(self):
        self.assertEqual(sorted(os.listdir(os.path.join(HERE, "checks"))), sorted(SAMPLES))


def add_tests(check, sample):
    """Give CheckTest the two tests of a check."""
    def passes(self):
        status, output = self.run_check(check, *sample.good)
        self.assertEqual((status, output), (0, ""))

    def finds(self):
        status, output = self.run_check(check, *sample.bad)
        self.assertIn(sample.says, output)
        self.assertNotEqual(status, 0)

    setattr(CheckTest, f"test_{check}_passes_what_is_right", passes)
    setattr(CheckTest, f"test_{check}_finds_what_is_wrong", finds)


for _check, _sample in SAMPLES.items():
    add_tests(_check, _sample)
