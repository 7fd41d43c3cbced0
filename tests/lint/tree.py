# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree as the checks see it: its files, their text, and the functions in them."""
import ast
import os
import re
import subprocess
import sys
from typing import NamedTuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Function(NamedTuple):
    """A function's name and its lines: first and last, counted from 1."""
    name: str
    first: int
    last: int


def files(*patterns):
    """Return the names, from the top, of the files that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=TOP, check=True, capture_output=True, text=True).stdout.split("\n")
    return sorted({name for name in listed if os.path.isfile(os.path.join(TOP, name))})


def read(name):
    """Return the file's text; bytes that are not UTF-8 are kept as surrogates."""
    with open(os.path.join(TOP, name), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def is_executable(name):
    """Say whether the file can be executed by its owner."""
    return os.stat(os.path.join(TOP, name)).st_mode & 0o100 != 0


def language(name, text):
    """Return "c", "asm", "python", "shell" or "": by the name's end or the first line."""
    by_end = {".c": "c", ".h": "c", ".S": "asm", ".py": "python", ".sh": "shell"}
    end = os.path.splitext(name)[1]
    if end in by_end:
        return by_end[end]
    first = text.split("\n", 1)[0]
    if re.match(r"#!.*\bpython3?$", first):
        return "python"
    if re.match(r"#!.*\b(ba|da)?sh$", first):
        return "shell"
    return ""


def blank_c(text):
    """Return C source with comments and literals blanked, line by line where they were."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


# A function's first line; a test's name is its macro's argument.
C_HEAD = re.compile(r"^(?:START_TEST\()?.*?\b(?!START_TEST)(\w+)[()]")
SHELL_HEAD = re.compile(r"^(\w+)\(\)")


def _brace_functions(lines, head):
    """Yield the functions whose body lies between { and } in the first column."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{" and start is None:
            start = number - 1
            while start > 1 and lines[start - 1][:1] in ("\t", " "):
                start -= 1
        elif line.startswith("}") and start is not None:
            match = head.search(lines[start - 1])
            if match:
                yield Function(match.group(1), start, number)
            start = None


def functions(name, text):
    """Return the functions of a C, shell or Python file; none for anything else."""
    kind = language(name, text)
    if kind == "c":
        return list(_brace_functions(blank_c(text).split("\n"), C_HEAD))
    if kind == "shell":
        return list(_brace_functions(text.split("\n"), SHELL_HEAD))
    if kind == "python":
        return [Function(node.name, node.lineno, node.end_lineno)
                for node in ast.walk(ast.parse(text, name))
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return []


def finish(findings):
    """Print the findings, sorted by place, and end with 1 if there are any."""
    for finding in sorted(findings):
        print(finding)
    sys.exit(1 if findings else 0)
