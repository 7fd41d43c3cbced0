# SPDX-License-Identifier: GPL-2.0-or-later
"""Dashboard, alerts and manual use metrics, labels and values that pkvmd publishes.

What it publishes is tests/unit/golden/metrics-openmetrics, which a unit test holds against
the daemon's own text.
"""
import json
import os
import re
import unittest

import yaml

TOP = os.path.join(os.path.dirname(__file__), "..", "..")
PUBLISHED = "tests/unit/golden/metrics-openmetrics"
DASHBOARD = "daemon/monitoring/pkvm-dashboard.json"
RULES = "daemon/monitoring/pkvm-rules.yml"

SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? \S+$', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')
# A metric in an expression, with what it selects.
SELECTOR = re.compile(r'\b(pkvmd?_\w+)(?:\{([^}]*)\})?')
MATCHER = re.compile(r'(\w+)(=~|=)"([^"]*)"')
# The scraper's, not the daemon's.
SCRAPER_LABELS = {"instance", "job"}


def read(path):
    """Return the text of a file of the tree."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def published():
    """Return for each metric its labels, and for each of these its values."""
    metrics = {}
    for name, labels in SAMPLE.findall(read(PUBLISHED)):
        known = metrics.setdefault(name, {})
        for label, value in LABEL.findall(labels):
            known.setdefault(label, set()).add(value)
    return metrics


def dashboard_expressions():
    """Yield every expression of the dashboard, those of its variables included."""
    dashboard = json.loads(read(DASHBOARD))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]


def rule_expressions():
    """Yield every expression of the alerts."""
    for group in yaml.safe_load(read(RULES))["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


class Monitoring(unittest.TestCase):
    """What is read of pkvmd exists."""

    def check(self, expressions):
        """Check each selector of the expressions against what is published."""
        metrics = published()
        found = 0
        for expression in expressions:
            for name, matchers in SELECTOR.findall(expression):
                found += 1
                self.assertIn(name, metrics, expression)
                for label, operator, value in MATCHER.findall(matchers):
                    if label in SCRAPER_LABELS:
                        continue
                    self.assertIn(label, metrics[name], expression)
                    if operator == "=":
                        self.assertIn(value, metrics[name][label], expression)
        return found

    def test_dashboard(self):
        """Each panel shows something that exists."""
        self.assertGreaterEqual(self.check(dashboard_expressions()), 19)

    def test_rules(self):
        """Each alert watches something that exists."""
        self.assertGreaterEqual(self.check(rule_expressions()), 10)

    def test_legends(self):
        """Legends name labels of what they are the legends of."""
        metrics = published()
        for panel in json.loads(read(DASHBOARD))["panels"]:
            for target in panel["targets"]:
                names = [name for name, _ in SELECTOR.findall(target["expr"])]
                labels = set().union(SCRAPER_LABELS, *(metrics[name] for name in names))
                for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                    self.assertIn(label, labels, target)

    def test_panels_are_apart(self):
        """No two panels lie on each other, and each has an id of its own."""
        panels = json.loads(read(DASHBOARD))["panels"]
        cells = [(x, y) for panel in panels for place in [panel["gridPos"]]
                 for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])]
        self.assertEqual(len(cells), len(set(cells)))
        self.assertEqual(len(panels), len({panel["id"] for panel in panels}))


if __name__ == "__main__":
    unittest.main()
