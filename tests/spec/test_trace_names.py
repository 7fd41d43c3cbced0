# SPDX-License-Identifier: GPL-2.0-or-later
"""The tracepoints have a name for every value that they tell, and user space can read it.

A value without a name is told as a number; one that is not exported leaves tools that read the
format (perf, trace-cmd) with the C identifier.
"""
import os
import re
import unittest

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
TRACEPOINTS = ("kmod/trace.h", "kmod/trace_hyp.h")
# Enumerations of the ABI whose values the tracepoints of EL2's events tell, with the
# enumerators that are no such value: the calls about the trace are not told.
TOLD = {
    "include/pkvm/hypercall.h": {
        "pkvm_hcall_nr": r"PKVM_HCALL_(COUNT|TRACE_\w+)",
        "pkvm_req_cause": None,
    },
    "include/pkvm/trace.h": {
        "pkvm_trace_reason": None,
        "pkvm_trace_heap": None,
        "pkvm_trace_party": None,
        "pkvm_trace_fault": None,
    },
}


def read(path):
    """Return the text of a file of the tree, without its comments."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def enumerators(text, enum):
    """Return the names of an enumeration in a header."""
    body = re.search(rf"^enum {enum} \{{(.*?)^\}};", text, re.M | re.S).group(1)
    return re.findall(r"^\t(\w+)(?: = \w+)?,?\s*$", body, re.M)


def named(path):
    """Return the constants that the tracepoints in a header have names for."""
    return re.findall(r'\{ (PKVM_\w+), "\w', read(path))


class TraceNamesTest(unittest.TestCase):
    """Compares the tables of names with the enumerations."""

    def test_every_value_has_a_name(self):
        names = named("kmod/trace_hyp.h")
        for path, enums in TOLD.items():
            for enum, others in enums.items():
                told = [name for name in enumerators(read(path), enum)
                        if not (others and re.fullmatch(others, name))]
                self.assertGreater(len(told), 1, enum)
                for name in told:
                    self.assertIn(name, names, enum)

    def test_no_value_has_two_names(self):
        for path in TRACEPOINTS:
            names = named(path)
            self.assertEqual(sorted(names), sorted(set(names)), path)

    def test_every_name_can_be_read(self):
        for path in TRACEPOINTS:
            exported = re.findall(r"^TRACE_DEFINE_ENUM\((\w+)\);", read(path), re.M)
            self.assertGreater(len(exported), 1, path)
            self.assertEqual(set(named(path)) - set(exported), set(), path)


if __name__ == "__main__":
    unittest.main()
