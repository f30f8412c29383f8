#!/usr/bin/env python3
"""Operators with several inputs and outputs on a cluster whose task hosts are killed: nothing is lost or repeated."""

import collections
import unittest

from check_output import Parts
from cluster import Cluster
from e2e_case import EndToEndCase

RECORDS = 40000
KILLS = 3


class TwoStreamsTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=2)
        cls.enterClassContext(cls.cluster)

    def assert_rows(self, output, name, expected):
        rows = collections.Counter(tuple(map(int, row)) for _, row in Parts(output / name).rows())
        self.assertEqual(rows - expected, collections.Counter(), f"{name}: too much")
        self.assertEqual(expected - rows, collections.Counter(), f"{name}: missing")

    def test_when_hosts_are_killed_then_every_output_is_exact(self):
        output = self.new_directory() / "out"
        job = self.cluster.submit(
            "two_streams", "--output", output, "--records", RECORDS, "--rate", 10000,
            run_options=["-p", "2", "-D", "execution.checkpointing.interval=100 ms",
                         "-D", "restart-strategy.type=fixed-delay",
                         "-D", "restart-strategy.fixed-delay.attempts=1000",
                         "-D", "restart-strategy.fixed-delay.delay=0 ms"])
        self.cluster.wait_state(job, "RUNNING")
        detail = self.cluster.get(f"/jobs/{job}")
        self.assertEqual(detail["guarantee"], "exactly-once")
        for _ in range(KILLS):
            self.kill_a_host(job)
        self.cluster.wait_state(job, "FINISHED", timeout=90)

        ids = range(RECORDS)
        paid = collections.Counter((i, i) for i in ids)
        joined = collections.Counter((i, 0) for i in ids)
        self.assert_rows(output, "paid", paid)
        self.assert_rows(output, "odd", collections.Counter((i, i) for i in ids if i % 2 == 1))
        self.assert_rows(output, "joined", joined)
        self.assert_rows(output, "tens", collections.Counter(
            {(key, 10): RECORDS // 100 // 10 for key in range(100)}))
        self.assert_rows(output, "visits", collections.Counter(
            {(key, RECORDS // 1000): 1 for key in range(1000)}))
        self.assert_rows(output, "priced",
                         collections.Counter(
                             (i, value + 1) for i, value in (paid + joined).elements()))


if __name__ == "__main__":
    unittest.main()
