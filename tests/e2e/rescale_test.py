#!/usr/bin/env python3
"""A running job gets another parallelism: same id, exact output, and clear refusals."""

import json
import subprocess
import sys
import unittest

from cluster import Cluster, wait_until
from e2e_case import NO_JOB, EndToEndCase
from kill_test import CHECKER

CHECKPOINTS = ["-D", "execution.checkpointing.interval=200 ms", "-D", "restart-strategy.type=fixed-delay",
               "-D", "restart-strategy.fixed-delay.attempts=1000",
               "-D", "restart-strategy.fixed-delay.delay=0 ms"]
RECORDS = 300000
SETUP = ["--records", str(RECORDS), "--partitions", "2", "--seed", "7"]


class RescaleTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=2)
        cls.enterClassContext(cls.cluster)

    def submit(self, *arguments, options=("-p", "2")):
        output = self.new_directory() / "out"
        job = self.cluster.submit("kill_check", "--output", output, *arguments,
                                  run_options=[*options, *CHECKPOINTS])
        return job, output

    def endless(self, options=("-p", "2")):
        job, _ = self.submit("--records", "100000000", "--rate", "2000", options=options)
        self.addCleanup(self.cluster.run, "cancel", job, check=False)
        return job

    def parallelism(self, job):
        """Of the operators that have none of their own."""
        return self.cluster.get(f"/jobs/{job}")["vertices"][-1]["parallelism"]

    def rescale(self, job, parallelism):
        self.assert_done(self.cluster.run("rescale", job, "-p", str(parallelism)))
        self.assertEqual(self.cluster.job_state(job), "RUNNING")
        self.assertEqual(self.parallelism(job), parallelism)

    def strike(self, job, victim):
        """Kills, and waits until the job runs again and has completed another checkpoint."""
        generation = self.cluster.get(f"/jobs/{job}")["generation"]
        self.assertTrue(self.cluster.kill(victim))
        wait_until(lambda: (self.cluster.get(f"/jobs/{job}") or {}).get("generation", 0) > generation,
                   "the job is started again")
        self.cluster.wait_state(job, "RUNNING")
        checkpoints = self.cluster.completed_checkpoints(job)
        wait_until(lambda: self.cluster.completed_checkpoints(job) > checkpoints, "it takes checkpoints")

    def test_when_rescaled_up_and_down_between_kills_then_the_output_is_exact(self):
        job, output = self.submit(*SETUP, "--rate", "20000")
        self.cluster.wait_state(job, "RUNNING")
        self.rescale(job, 4)
        self.strike(job, self.cluster.task_hosts()[0])
        self.rescale(job, 1)
        self.strike(job, self.cluster.supervised("worker-1"))
        self.rescale(job, 3)
        self.strike(job, self.cluster.supervised("coordinator"))
        self.assertEqual(self.parallelism(job), 3)
        self.assert_exact(job, output)

    def test_when_the_coordinator_dies_during_a_rescale_then_the_parallelism_is_old_or_new(self):
        job, output = self.submit(*SETUP, "--rate", "20000")
        self.cluster.wait_state(job, "RUNNING")
        self.assert_done(self.cluster.run("rescale", "-d", job, "-p", "3"))
        self.strike(job, self.cluster.supervised("coordinator"))
        self.assertIn(self.parallelism(job), (2, 3))
        self.assert_exact(job, output)

    def assert_exact(self, job, output):
        """The job finishes, and has committed what the reference says."""
        self.cluster.wait_state(job, "FINISHED", timeout=120)
        checked = subprocess.run([sys.executable, CHECKER, "final", output, *SETUP],
                                 capture_output=True, text=True, timeout=120)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertGreater(json.loads(checked.stdout)["rows"], RECORDS)

    def test_when_rescaled_then_it_is_no_failure(self):
        job = self.endless()
        self.cluster.wait_state(job, "RUNNING")
        self.rescale(job, 3)
        detail = self.cluster.get(f"/jobs/{job}")
        self.assertEqual((detail["restarts"], detail["generation"]), (0, 2))
        self.assertEqual(detail["rescale"]["status"], "COMPLETED")
        self.assertEqual(self.cluster.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"], [])

    def test_when_the_parallelism_is_the_same_then_nothing_happens(self):
        job = self.endless()
        self.cluster.wait_state(job, "RUNNING")
        result = self.assert_done(self.cluster.run("rescale", job, "-p", "2"))
        self.assertIn("has parallelism 2 already", result.stderr)
        self.assertEqual(self.cluster.get(f"/jobs/{job}")["generation"], 1)

    def test_when_the_job_waits_for_slots_then_it_starts_with_what_there_is(self):
        job = self.endless(options=("-p", "9"))
        self.assertEqual(self.cluster.job_state(job), "CREATED")
        self.rescale(job, 2)

    def test_when_it_is_not_possible_then_the_numbers_are_named(self):
        job = self.endless()
        self.cluster.wait_state(job, "RUNNING")
        too_many = self.cluster.run("rescale", job, "-p", "5", check=False)
        self.assert_refused(too_many, 1, "would need 5 slots: it has 2, and 2 of the cluster's 4 are free")
        beyond = self.cluster.run("rescale", job, "-p", "5000", check=False)
        self.assert_refused(beyond, 2, "parallelism 5000 is not within 1 and 4096")
        self.assert_refused(self.cluster.run("rescale", NO_JOB, "-p", "2", check=False), 5)
        self.assertEqual(self.cluster.run("rescale", job, check=False).returncode, 2)
        self.cluster.run("cancel", job)
        self.assert_refused(self.cluster.run("rescale", job, "-p", "3", check=False), 6, "has ended")


if __name__ == "__main__":
    unittest.main()
