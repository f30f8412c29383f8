#!/usr/bin/env python3
"""`penstock validate` and `penstock state` against a real checkpoint of word_count."""

import collections
import json
import re
import shutil
import subprocess
import unittest

from cluster import JOBS, PENSTOCK, Cluster, wait_until
from e2e_case import TEXT, EndToEndCase


def state(*words):
    """Runs `penstock state …`, which needs no cluster."""
    return subprocess.run([PENSTOCK, "state", *map(str, words)], capture_output=True, text=True,
                          timeout=60)


class StateCommandsTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=2)
        cls.enterClassContext(cls.cluster)
        options = ["-p", "2", "-D", "execution.checkpointing.interval=50 ms", "-D",
                   "execution.checkpointing.num-retained=1000"]
        job = cls.cluster.submit("word_count", "--input", TEXT, "--output",
                                 cls.cluster.directory / "out", "--rate", "3", run_options=options)
        completed = cls.cluster.directory / "data/checkpoints" / job / "completed"
        cls.savepoint = wait_until(lambda: cls.copy_with_words(completed), "words are counted")
        cls.cluster.run("cancel", job)

    @classmethod
    def copy_with_words(cls, completed):
        """A copy of the newest checkpoint if it has counted something."""
        ids = sorted(int(path.name) for path in completed.glob("*"))
        if not ids or not cls.exported(completed / str(ids[-1])):
            return None
        return shutil.copytree(completed / str(ids[-1]), cls.cluster.directory / "savepoint")

    @staticmethod
    def exported(savepoint, *words):
        result = state("export", savepoint, *words)
        assert result.returncode == 0, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    def copy(self):
        return shutil.copytree(self.savepoint, self.new_directory() / "savepoint")

    def validate(self, *words, job="word_count", options=()):
        lines = [] if job == "kill_check" else ["--input", TEXT]
        return self.cluster.run("validate", *options, JOBS / f"{job}.so", *lines, "--output",
                                self.new_directory(), *words, check=False)

    def assert_fits(self, result, *notes):
        self.assert_done(result)
        self.assertIn("The job can begin with this state.", result.stdout)
        self.assert_lines(result, "note: ", notes)

    def assert_unfit(self, result, *problems):
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn("The job cannot begin with this state.", result.stdout)
        self.assert_lines(result, "problem: ", problems)

    def assert_lines(self, result, prefix, texts):
        lines = [line.removeprefix(prefix) for line in result.stdout.splitlines()
                 if line.startswith(prefix)]
        self.assertEqual(len(lines), len(texts), result.stdout)
        for line, text in zip(lines, texts):
            self.assertIn(text, line)

    # ---- state ----

    def test_when_exported_then_it_counts_the_words_of_the_first_lines(self):
        entries = self.exported(self.savepoint)
        for entry in entries:
            self.assertEqual(entry["operator"], "count")
            self.assertEqual(entry["state"], "panes")
            self.assertNotIn("namespace", entry)
            self.assertEqual(len(entry["value"]), 1)
            self.assertRegex(str(entry["value"][0]["start"]),
                             r"\d{4}-\d\d-\d\dT00:00:00.000Z|-?\d+")
        found = {entry["key"]: entry["value"][0]["accumulator"]["words"] for entry in entries}
        lines = TEXT.read_text().splitlines()
        prefixes = [collections.Counter(re.findall(r"[a-z]+", " ".join(lines[:n]).lower()))
                    for n in range(1, len(lines) + 1)]
        self.assertIn(found, prefixes)

    def test_when_exported_by_operator_or_state_then_only_that_comes(self):
        everything = self.exported(self.savepoint)
        self.assertEqual(self.exported(self.savepoint, "count"), everything)
        self.assertEqual(self.exported(self.savepoint, "count", "panes"), everything)
        self.assert_refused(state("export", self.savepoint, "count", "none"), 5, "'none'")
        self.assert_refused(state("export", self.savepoint, "none"), 5, "'none'")

    def test_when_listed_then_types_and_sizes_are_there(self):
        result = state("ls", self.savepoint)
        self.assert_done(result)
        row = next(line for line in result.stdout.splitlines() if " panes " in line)
        entries = len(self.exported(self.savepoint))
        self.assertRegex(row, rf"^count +panes +panes +string +\(.*words u64.*\) +{entries} +\d+$")
        listed = {(item["operator"], item["state"]): item
                  for item in json.loads(state("ls", self.savepoint, "-o", "json").stdout)}
        panes = listed["count", "panes"]
        self.assertEqual(panes["entries"], entries)
        self.assertEqual(panes["namespace"], [])
        self.assertGreater(listed["lines", ""]["bytes"], 0)

    def test_when_a_key_is_asked_for_then_its_value_comes(self):
        for entry in self.exported(self.savepoint)[:5]:
            result = state("get", self.savepoint, "count", "panes", json.dumps(entry["key"]))
            self.assert_done(result)
            self.assertEqual(json.loads(result.stdout), entry["value"])

    def test_when_a_key_is_wrong_then_it_says_so(self):
        self.assert_refused(state("get", self.savepoint, "count", "panes", '"zzz"'), 5, "zzz")
        self.assert_refused(state("get", self.savepoint, "count", "panes", "zzz"), 2, "not JSON",
                            "'\"zzz\"'")
        self.assert_refused(state("get", self.savepoint, "count", "panes", "7"), 2, "a string")

    def test_when_there_is_no_savepoint_then_it_says_so(self):
        self.assert_refused(state("ls", self.new_directory() / "none"), 5, "none")
        self.assert_refused(state("ls", self.new_directory()), 2, "MANIFEST")

    def test_when_a_block_is_damaged_then_the_export_fails(self):
        savepoint = self.copy()
        for table in savepoint.glob("*.sst"):
            content = bytearray(table.read_bytes())
            content[20] ^= 1
            table.write_bytes(content)
        result = state("export", savepoint)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertRegex(result.stderr, r"(?m)^error: .*count.*\.sst")

    def test_when_the_output_is_full_then_the_export_fails(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PENSTOCK, "state", "export", self.savepoint], stdout=full,
                                    stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot be written", result.stderr)

    # ---- validate ----

    def test_when_the_job_is_the_same_then_it_fits(self):
        self.assert_fits(self.validate("--against", self.savepoint))
        self.assert_fits(self.validate(options=["--against", self.savepoint, "-p", "1"]))
        self.assert_fits(self.validate("--against", f"file://{self.savepoint}"))

    def test_when_the_type_has_grown_then_it_fits_with_a_note(self):
        result = self.validate("--version", "grown", "--against", self.savepoint, job="next_count")
        self.assert_fits(result, "state 'panes' of operator 'count' is migrated: field "
                         "'[].accumulator.label' is new; field '[].accumulator.count' was called "
                         "'words'")

    def test_when_the_type_is_another_then_the_field_is_named(self):
        result = self.validate("--version", "text", "--against", self.savepoint, job="next_count")
        self.assert_unfit(result, "the value type of state 'panes' of operator 'count' has changed: "
                          "field '[].accumulator.words' was u64 and is string")

    def test_when_the_job_is_another_then_every_operator_is_named(self):
        arguments = ["--records", "10", "--against", self.savepoint]
        result = self.validate(*arguments, job="kill_check")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        for uid in ("lines", "count", "counts"):
            self.assertIn(f"the state of operator '{uid}'", result.stdout)
        allowed = self.validate(*arguments, job="kill_check",
                                options=["--allow-non-restored-state"])
        self.assert_done(allowed)
        self.assertIn("is dropped", allowed.stdout)

    def test_when_asked_as_json_then_the_report_is_there(self):
        result = self.validate(options=["-o", "json", "--map-uid", "count=nothing",
                                        "--against", self.savepoint])
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        self.assertFalse(report["ok"])
        self.assertIn("'nothing', which is no operator of the job", report["problems"][0])

    def test_when_a_file_is_damaged_then_it_is_named(self):
        savepoint = self.copy()
        table = next(savepoint.glob("*.sst"))
        content = bytearray(table.read_bytes())
        content[len(content) // 2] ^= 1
        table.write_bytes(content)
        self.assert_unfit(self.validate("--against", savepoint), f"{table.name} has a wrong checksum")

    def test_when_there_is_nothing_to_compare_with_then_refused(self):
        self.assert_refused(self.validate(), 2, "--against")
        self.assert_refused(self.validate("--against", "/none/there"), 5, "/none/there")
        self.assert_refused(self.validate(options=["--map-uid", "x", "--against",
                                                   self.savepoint]), 2, "map-uid")


if __name__ == "__main__":
    unittest.main()
