#!/usr/bin/env python3
"""Jobs whose code goes wrong: the job fails with the true cause, and its neighbour does not notice."""

import unittest

from cluster import JOBS, Cluster, wait_until
from e2e_case import EndToEndCase

MISBEHAVE = JOBS / "misbehave.so"
ONE_RESTART = ["-D", "restart-strategy.type=fixed-delay", "-D", "restart-strategy.fixed-delay.attempts=1",
               "-D", "restart-strategy.fixed-delay.delay=0 ms"]
# What to do, and the cause that people must be shown.
IN_A_RECORD = {
    "throw": "operator 'misbehave': threw an exception: thrown on purpose",
    "abort": "SIGABRT",
    "segfault": "SIGSEGV",
    "exit": "exited with code 0",
    "stack": "SIGSEGV",
}
IN_THE_JOB_FUNCTION = {
    "throw": (2, "the job function threw an exception: thrown on purpose"),
    "abort": (1, "crashed while the plan was made: killed by SIGABRT"),
    "segfault": (1, "crashed while the plan was made: killed by SIGSEGV"),
    "exit": (1, "ended the planner before the plan was made"),
    "stack": (1, "crashed while the plan was made: killed by SIGSEGV"),
    "hang": (8, "took longer than"),
}


class BadJobTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        # The neighbour has a task on each worker, so that it shares one with every other job.
        cls.cluster = Cluster(workers=2, slots=2, options={"planner.timeout": "1 s"})
        cls.enterClassContext(cls.cluster)
        cls.neighbour = cls.cluster.submit(
            "kill_check", "--output", cls.cluster.directory / "neighbour", "--records", "100000000",
            "--rate", "2000", run_options=["-p", "2", "-D", "execution.checkpointing.interval=100 ms"])
        cls.cluster.wait_state(cls.neighbour, "RUNNING")

    def tearDown(self):
        self.assertEqual(self.cluster.job_state(self.neighbour), "RUNNING")
        detail = self.cluster.get(f"/jobs/{self.neighbour}")
        self.assertEqual((detail["restarts"], detail["generation"]), (0, 1))
        checkpoints = self.cluster.completed_checkpoints(self.neighbour)
        wait_until(lambda: self.cluster.completed_checkpoints(self.neighbour) > checkpoints,
                   "the neighbour goes on taking checkpoints")

    def test_when_a_record_breaks_the_code_then_the_job_fails_after_its_restarts_with_the_cause(self):
        for how, cause in IN_A_RECORD.items():
            with self.subTest(how):
                output = self.new_directory() / "out"
                result = self.cluster.run("run", *ONE_RESTART, MISBEHAVE, "--how", how, "--output",
                                          output, check=False, timeout=60)
                self.assertEqual(result.returncode, 3, result.stderr)
                self.assertRegex(result.stderr, r"(?m)^error: job \w+ has FAILED")
                self.assertRegex(result.stderr, r"(?m)^hint: .*penstock logs")
                self.assertIn(cause, result.stderr)
                self.assertEqual(list(output.glob("part-*")), [])
                self.assert_story(result, cause)

    def assert_story(self, result, cause):
        """Two attempts, both for the same reason, and the log says so, too."""
        job = result.stdout.split()[-1]
        entries = self.cluster.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"]
        self.assertEqual(len(entries), 2)
        for entry in entries:
            self.assertIn(cause, str(entry))
        self.assertEqual(self.cluster.get(f"/jobs/{job}")["restarts"], 1)
        self.assertIn(cause, self.cluster.run("logs", job).stdout)

    def test_when_the_job_function_breaks_then_nothing_is_submitted(self):
        for how, (code, cause) in IN_THE_JOB_FUNCTION.items():
            with self.subTest(how):
                jobs = self.lists("-a").keys()
                output = self.new_directory() / "out"
                result = self.cluster.run("run", MISBEHAVE, "--how", how, "--where", "function",
                                          "--output", output, check=False, timeout=60)
                self.assert_refused(result, code, cause)
                self.assertEqual(self.lists("-a").keys(), jobs)
                self.assertFalse(output.exists())

    def test_when_nothing_is_wrong_then_the_job_finishes(self):
        output = self.new_directory() / "out"
        self.assert_done(self.cluster.run("run", MISBEHAVE, "--records", "5000", "--output", output))
        rows = [row for part in output.glob("part-*") for row in part.read_text().splitlines()[1:]]
        self.assertEqual(sorted(map(int, rows)), list(range(5000)))


if __name__ == "__main__":
    unittest.main()
