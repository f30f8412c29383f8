#!/usr/bin/env python3
"""Every job in jobs/, moved midway: run at parallelism 2, killed, ended with what it has saved, and started
from that at parallelism 3 with next to no memory for state. What both runs commit must together be exactly
the reference's rows."""

import pathlib
import unittest
import urllib.parse

from cluster import Cluster, wait_until
from e2e_case import EndToEndCase
from jobs_test import OFTEN, flight_delays, kill_check, word_count

RETAINED = ["-D", "execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION"]
TINY = ["-D", "state.backend.memory.fixed-per-slot=1 mb"]
COMPLETED = "Savepoint completed. Path: file://"


def many_keys():
    """More keys than the tiny memory holds."""
    return kill_check(records=90000, rate=15000, keys=20000)


class PortableStateTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=2)
        cls.enterClassContext(cls.cluster)

    def done(self, *words):
        return self.assert_done(self.cluster.run(*words, check=False))

    def checkpoints(self, id_, more):
        """Waits for so many more."""
        before = self.cluster.completed_checkpoints(id_)
        wait_until(lambda: self.cluster.completed_checkpoints(id_) >= before + more, "checkpoints")

    def killed(self, job, output, *run_options):
        """The job's id; it runs at parallelism 2 and has been restarted after a kill."""
        id_ = job.submit(self.cluster, output, 2, *OFTEN, *run_options, slowly=True)
        self.cluster.wait_state(id_, "RUNNING")
        self.checkpoints(id_, 3)
        self.assertTrue(self.cluster.kill(self.cluster.task_hosts()[0]))
        wait_until(lambda: self.cluster.get(f"/jobs/{id_}")["restarts"] == 1, "a restart")
        self.cluster.wait_state(id_, "RUNNING")
        self.checkpoints(id_, 2)
        return id_

    def moved(self, job, output, path):
        """Goes on from `path`, and is exact in the end."""
        before = list(output.rglob("part-*"))
        id_ = job.submit(self.cluster, output, 3, *OFTEN, "-s", path, *TINY)
        self.cluster.wait_state(id_, "FINISHED")
        self.assertIsNotNone(self.cluster.get(f"/jobs/{id_}/checkpoints")["latest"]["restored"])
        self.assertGreater(len(list(output.rglob("part-*"))), len(before), "nothing was left to do")
        for name, report in job.check(output).items():
            self.assertTrue(report["ok"], f"{job.name}, {name}: {report}")

    def stopped_and_moved(self, job):
        directory = self.new_directory()
        id_ = self.killed(job, directory / "out")
        said = self.done("stop", "-p", directory / "savepoints", id_).stdout
        self.assertTrue(said.startswith(COMPLETED), said)
        path = pathlib.Path(urllib.parse.unquote(said[len(COMPLETED):].rstrip("\n")))
        self.moved(job, directory / "out", path)

    def cancelled_and_moved(self, job):
        output = self.new_directory() / "out"
        id_ = self.killed(job, output, *RETAINED)
        self.done("cancel", id_)
        completed = self.cluster.directory / "data/checkpoints" / id_ / "completed"
        self.moved(job, output, max(completed.iterdir(), key=lambda path: int(path.name)))

    def test_when_word_count_is_stopped_and_moved_then_exact(self):
        self.stopped_and_moved(word_count(self.new_directory()))

    def test_when_word_count_is_cancelled_and_moved_then_exact(self):
        self.cancelled_and_moved(word_count(self.new_directory()))

    def test_when_flight_delays_is_stopped_and_moved_then_exact(self):
        self.stopped_and_moved(flight_delays())

    def test_when_flight_delays_is_cancelled_and_moved_then_exact(self):
        self.cancelled_and_moved(flight_delays())

    def test_when_kill_check_is_stopped_and_moved_then_exact(self):
        self.stopped_and_moved(many_keys())

    def test_when_kill_check_is_cancelled_and_moved_then_exact(self):
        self.cancelled_and_moved(many_keys())


if __name__ == "__main__":
    unittest.main()
