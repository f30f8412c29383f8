"""What the end-to-end test cases have in common."""

import json
import pathlib
import re
import shutil
import tempfile
import unittest

from cluster import ROOT, wait_until

TEXT = ROOT / "jobs/word_count/data/stream.txt"
FLIGHTS = ROOT / "jobs/flight_delays/data/flights-20k.json"
JOB_ID = re.compile(r"[0-9a-f]{32}")
NO_JOB = "0123456789abcdef" * 2
# What nobody wants to read who has made a mistake.
TRACES = ("terminate called", "Traceback", "what():", "Assertion", "Sanitizer", "stack trace", "#0 ")


class EndToEndCase(unittest.TestCase):
    """Assertions on commands. A class that sets `cluster` in setUpClass has its logs printed on failure."""

    cluster = None

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if self.cluster and len(result.failures) + len(result.errors) > before:
            self.cluster.print_logs()
        return result

    def new_directory(self):
        """A directory that goes with the test."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="penstock-e2e-"))
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def kill_a_host(self, job):
        """Kills a task host after the next checkpoint, and waits until the job runs again."""
        generation = self.cluster.get(f"/jobs/{job}")["generation"]
        checkpoints = self.cluster.completed_checkpoints(job)
        wait_until(lambda: self.cluster.completed_checkpoints(job) > checkpoints, "a checkpoint")
        self.assertTrue(self.cluster.kill(self.cluster.task_hosts()[-1]))
        wait_until(lambda: self.cluster.get(f"/jobs/{job}")["generation"] > generation, "a restart")
        self.cluster.wait_state(job, "RUNNING")

    def assert_done(self, result):
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn("error:", result.stderr)
        return result

    def assert_refused(self, result, code, *words):
        """Exit code, `error:` and `hint:` on stderr and nothing else there to frighten; no data."""
        said = f"exit code {result.returncode}\n{result.stdout}{result.stderr}"
        self.assertEqual(result.returncode, code, said)
        self.assertEqual(result.stdout, "", said)
        self.assertRegex(result.stderr, r"(?m)^error: \S", said)
        self.assertRegex(result.stderr, r"(?m)^hint: \S", said)
        for trace in TRACES:
            self.assertNotIn(trace, result.stderr, said)
        for word in words:
            self.assertIn(word, result.stderr, said)

    def lists(self, *options):
        """Answer of `list -o json` to these options, by job id."""
        result = self.assert_done(self.cluster.run("list", "-o", "json", *options))
        return {job["jid"]: job for job in json.loads(result.stdout)}
