#!/usr/bin/env python3
"""Checkpoints in at-least-once mode: kills may repeat records, but none is lost."""

import collections
import sys
import unittest

from check_output import Parts
from cluster import ROOT, Cluster
from e2e_case import EndToEndCase

sys.path.insert(0, str(ROOT / "jobs/kill_checker"))
import reference  # noqa: E402

SETUP = reference.Setup(records=160000, partitions=2, seed=3)
KILLS = 3


class AtLeastOnceTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=1)
        cls.enterClassContext(cls.cluster)

    def test_when_hosts_are_killed_then_every_record_is_counted_at_least_once(self):
        output = self.new_directory() / "out"
        job = self.cluster.submit(
            "kill_check", "--output", output, "--records", str(SETUP.records), "--partitions",
            str(SETUP.partitions), "--seed", str(SETUP.seed), "--rate", "20000",
            run_options=["-p", "2", "-D", "execution.checkpointing.mode=at-least-once",
                         "-D", "execution.checkpointing.interval=100 ms",
                         "-D", "restart-strategy.type=fixed-delay",
                         "-D", "restart-strategy.fixed-delay.attempts=1000",
                         "-D", "restart-strategy.fixed-delay.delay=0 ms"])
        self.cluster.wait_state(job, "RUNNING")
        self.assertEqual(self.cluster.get(f"/jobs/{job}")["guarantee"], "at-least-once")
        for _ in range(KILLS):
            self.kill_a_host(job)
        self.cluster.wait_state(job, "FINISHED", timeout=60)

        events = {row[2:4] for _, row in Parts(output / "events").rows()}
        self.assertEqual({row[2:4] for row in reference.event_rows(SETUP)} - events, set())
        counts = collections.Counter()
        for _, row in Parts(output / "windows").rows():
            counts[row[:2]] += int(row[2])
        short = [row for row in reference.window_rows(SETUP) if counts[row[:2]] < int(row[2])]
        self.assertEqual(short, [])


if __name__ == "__main__":
    unittest.main()
