# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/check/run and run-unit: what they count, and what they do not let pass."""
import os
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class RunTest(unittest.TestCase):
    """Runs stages of a Makefile of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        """Write a file that can be executed into the folder of this test."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def run_in_folder(self, *command, **environment):
        """Run a command in the folder; return its exit status and what it printed."""
        env = {name: value for name, value in os.environ.items()
               if name not in ("CI", "JOBS", "MAKE", "MAKEFLAGS", "MAKELEVEL", "BUILD")}
        done = subprocess.run(command, cwd=self.folder, env=env | environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout

    def stages(self, recipes, **environment):
        """Run the stages, {target: recipe}; return exit status and lines printed."""
        self.write("Makefile", "".join(f"{target}:; @{recipe}\n"
                                       for target, recipe in recipes.items()))
        status, output = self.run_in_folder(os.path.join(HERE, "run"), *recipes, **environment)
        return status, output.splitlines()

    def test_sums_up_all_stages(self):
        status, lines = self.stages({
            "prepare": "true",
            "check-one": r"printf 'PASS a\nPASS b\n' >build/results/one.txt",
            "check-two": r"printf 'PASS c\nSKIP d no reason\n' >build/results/two.txt"})
        self.assertEqual(status, 0)
        self.assertEqual(lines[-1], "3 passed, 0 failed, 1 skipped")
        self.assertIn("SKIP d no reason", lines)

    def test_failed_test_fails_though_the_stage_does_not(self):
        status, lines = self.stages({"check-one": "echo FAIL a why >build/results/one.txt"})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))
        self.assertIn("FAIL a why", lines)

    def test_failed_stage_is_one_failure_and_the_rest_runs(self):
        status, lines = self.stages({
            "check-one": "echo PASS a >build/results/one.txt; exit 3",
            "check-two": "echo PASS b >build/results/two.txt"})
        self.assertEqual((status, lines[-1]), (1, "2 passed, 1 failed, 0 skipped"))

    def test_failed_stage_with_a_failed_test_is_counted_once(self):
        status, lines = self.stages({"check-one": "echo FAIL a >build/results/one.txt; exit 3"})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_stage_that_ran_nothing_fails(self):
        status, lines = self.stages({"check-one": "true"})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_results_of_an_earlier_run_do_not_count(self):
        self.stages({"check-one": "echo PASS a >build/results/one.txt"})
        status, lines = self.stages({"check-one": "true"})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_failed_preparation_is_one_failure(self):
        status, lines = self.stages({"prepare": "false"})
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_line_that_is_no_result_fails(self):
        for line in ("passed a", "PASS", "SKIP without-a-reason"):
            with self.subTest(line=line):
                status, lines = self.stages({"check-one": f"echo {line} >build/results/one.txt"})
                self.assertEqual(status, 1)
                self.assertRegex(lines[-1], "^0 passed, 1 failed, ")

    def test_ci_shows_the_log_of_a_failed_stage_only(self):
        status, lines = self.stages({
            "check-one": "echo fine; echo PASS a >build/results/one.txt",
            "check-two": "echo broken; echo FAIL b >build/results/two.txt"}, CI="true")
        self.assertEqual(status, 1)
        self.assertNotIn("fine", lines)
        self.assertIn("broken", lines)

    def unit(self, script):
        """Run a program as a unit test; return exit status and the results recorded."""
        self.write("program", "#!/bin/bash\n" + script)
        status, _ = self.run_in_folder(os.path.join(HERE, "run-unit"), "./program",
                                       PKVM_RESULTS=os.path.join(self.folder, "results"))
        with open(os.path.join(self.folder, "results"), encoding="utf-8") as file:
            return status, file.read().splitlines()

    def test_unit_records_every_case(self):
        status, results = self.unit(
            'printf "ok 1 - f.c:t:a: Passed\\nnot ok 2 - f.c:t:b: 1 != 2: no\\n1..2\\n"'
            ' >"$CK_TAP_LOG_FILE_NAME"; exit 1')
        self.assertEqual(status, 1)
        self.assertEqual(results, ["PASS program/a", "FAIL program/b 1 != 2: no"])

    def test_unit_program_that_dies_fails(self):
        status, results = self.unit(
            'echo "ok 1 - f.c:t:a: Passed" >"$CK_TAP_LOG_FILE_NAME"; kill -SEGV $$')
        self.assertEqual(status, 1)
        self.assertEqual(results[0], "PASS program/a")
        self.assertRegex(results[1], "^FAIL program ended with status 139")

    def test_unit_program_without_tests_fails(self):
        status, results = self.unit("true")
        self.assertEqual(status, 1)
        self.assertRegex(results[0], "^FAIL program ")

    def test_unit_program_that_fails_after_its_tests_fails(self):
        status, results = self.unit(
            'printf "ok 1 - f.c:t:a: Passed\\n1..1\\n" >"$CK_TAP_LOG_FILE_NAME"; exit 23')
        self.assertEqual(status, 1)
        self.assertEqual(results[1], "FAIL program passed every test, then ended with status 23")
