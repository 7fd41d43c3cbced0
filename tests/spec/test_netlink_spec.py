# SPDX-License-Identifier: GPL-2.0-or-later
"""The spec of the netlink family and what was generated from it agree.

The generator is not needed: the stamp that include/netlink/regen leaves tells whether anything
was changed since, and names, values, policies and permissions are compared one by one,
so that a wrong generator or a wrong correction of its output is found, too.
"""
import hashlib
import os
import re
import unittest

import yaml

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
SPEC = "include/netlink/pkvm.yaml"
STAMP = "include/netlink/generated.sha256"
UAPI = "include/uapi/linux/pkvm.h"
SOURCE = "kmod/netlink_gen.c"


def read(path):
    """Return the text of a file of the tree."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def c_name(*parts):
    """Return what the generator calls something."""
    return "_".join(parts).replace("-", "_").upper()


def enumerators(text):
    """Return the names and values of all enumerators and number macros in a header."""
    values = {name: int(value) for name, value in
              re.findall(r"^#define\s+(\w+)\s+(\d+)$", text, re.M)}
    for body in re.findall(r"^enum[^{]*\{(.*?)^\};", text, re.M | re.S):
        value = 0
        for name, given in re.findall(r"^\t(\w+)(?: = (\d+))?,$", body, re.M):
            value = int(given) if given else value
            values[name] = value
            value += 1
    return values


def expected_values(spec):
    """Return the same as the spec says it."""
    values = {"PKVM_FAMILY_VERSION": 1}
    for item in spec["definitions"]:
        if item["type"] == "const":
            values[c_name("pkvm", item["name"])] = item["value"]
            continue
        for i, entry in enumerate(item["entries"]):
            name = entry["name"] if isinstance(entry, dict) else entry
            values[c_name("pkvm", item["name"], name)] = 1 << i if item["type"] == "flags" else i
    for attr_set in spec["attribute-sets"]:
        for i, attr in enumerate(attr_set["attributes"]):
            values[c_name("pkvm-a", attr_set["name"], attr["name"])] = i + 1
    for i, operation in enumerate(spec["operations"]["list"]):
        values[c_name("pkvm-cmd", operation["name"])] = i + 1
    return values


def requests(spec):
    """Yield (operation, mode, names of the request's attributes) of all requests."""
    for operation in spec["operations"]["list"]:
        for mode in ("do", "dump"):
            if mode in operation:
                request = operation[mode].get("request", {})
                yield operation, mode, request.get("attributes", [])


def ops_entries(source):
    """Return the entries of the generated operations table as {(command, mode): {field: value}}."""
    table = re.search(r"pkvm_nl_ops\[\] = \{(.*?)^\};", source, re.M | re.S).group(1)
    entries = {}
    for body in re.findall(r"\{(.*?)\}", table, re.S):
        fields = dict(re.findall(r"\.(\w+)\s*= (.*?),$", body, re.M))
        entries[fields["cmd"], "do" if "doit" in fields else "dump"] = fields
    return entries


def policies(source):
    """Return the generated policies as {name: {attribute: its initializer}}."""
    found = re.findall(r"nla_policy (\w+)\[.*?\] = \{(.*?)^\};", source, re.M | re.S)
    return {name: dict(re.findall(r"\[(\w+)\] = (.*),$", body, re.M)) for name, body in found}


class NetlinkSpec(unittest.TestCase):
    """One test for each thing that can drift apart."""

    @classmethod
    def setUpClass(cls):
        cls.spec = yaml.safe_load(read(SPEC))
        cls.source = read(SOURCE)
        cls.attrs = {(attr_set["name"], attr["name"]): attr
                     for attr_set in cls.spec["attribute-sets"] for attr in attr_set["attributes"]}

    def test_unchanged_since_generated(self):
        """A change of the spec calls for make regen, one of a generated file for one of the spec."""
        lines = [line.split("  ") for line in read(STAMP).splitlines()]
        self.assertIn(SPEC, [path for _, path in lines])
        for digest, path in lines:
            with self.subTest(path=path):
                self.assertEqual(hashlib.sha256(read(path).encode()).hexdigest(), digest,
                                 f"{path} has changed: make regen")

    def test_names_and_values(self):
        """The header defines what the spec does, and nothing else."""
        found = {name: value for name, value in enumerators(read(UAPI)).items()
                 if not name.startswith("__") and not name.endswith("_MAX")}
        self.assertEqual(found, expected_values(self.spec))

    def test_operations(self):
        """Every operation has its entry, with the permission that it asks for."""
        entries = ops_entries(self.source)
        wanted = {(c_name("pkvm-cmd", operation["name"]), mode): operation
                  for operation, mode, _ in requests(self.spec)}
        self.assertEqual(entries.keys(), wanted.keys())
        for key, operation in wanted.items():
            with self.subTest(operation=key):
                self.assertEqual("GENL_ADMIN_PERM" in entries[key]["flags"],
                                 "admin-perm" in operation.get("flags", []))
                self.assertNotIn("validate", entries[key])

    def test_policies(self):
        """A request takes its attributes and no others, within their limits."""
        entries, tables = ops_entries(self.source), policies(self.source)
        for operation, mode, names in requests(self.spec):
            with self.subTest(operation=operation["name"], mode=mode):
                entry = entries[c_name("pkvm-cmd", operation["name"]), mode]
                policy = tables[entry["policy"]] if names else {}
                self.assertEqual("policy" in entry, bool(names))
                space = operation["attribute-set"]
                self.assertEqual(set(policy), {c_name("pkvm-a", space, name) for name in names})
                for name in names:
                    self.check_policy(self.attrs[space, name],
                                      policy[c_name("pkvm-a", space, name)])

    def check_policy(self, attr, policy):
        """The policy of one attribute has its type, and its limits or the table of them."""
        self.assertRegex(policy, rf"\bNLA_{attr['type'].upper()}\b")
        checks = attr.get("checks", {})
        limits = [c_name("pkvm", limit) if isinstance(limit, str) else str(limit)
                  for limit in checks.values()]
        table = re.search(r"&(\w+_range)\b", policy)
        if table:
            policy = re.search(rf"{table.group(1)} = \{{(.*?)\}};", self.source, re.S).group(1)
        for limit in limits:
            self.assertRegex(policy, rf"\b{limit}(ULL)?\b")

    def test_groups(self):
        """A group is restricted if and only if the spec says so."""
        table = re.search(r"pkvm_nl_mcgrps\[\] = \{(.*?)^\};", self.source, re.M | re.S).group(1)
        found = {name: "GENL_MCAST_CAP_NET_ADMIN" in rest
                 for name, rest in re.findall(r'"([\w-]+)",(.*)\}', table)}
        self.assertEqual(found, {group["name"]: "admin-perm" in group.get("flags", [])
                                 for group in self.spec["mcast-groups"]["list"]})
        header = read(UAPI)
        for name in found:
            self.assertRegex(header, rf'#define {c_name("pkvm-mcgrp", name)}\t"{name}"')


if __name__ == "__main__":
    unittest.main()
