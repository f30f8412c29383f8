#!/usr/bin/env python3
"""A fast source waits for a slow one of its alignment group, and goes on with it."""

import unittest

from cluster import Cluster, wait_until
from e2e_case import EndToEndCase

DRIFT = 60_000
# Of the fast source, at most, in event time.
BATCH = 5_000


class AlignmentTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=1)
        cls.enterClassContext(cls.cluster)

    def metrics(self, job, position):
        """Watermark and drift of the source that is declared in that place; None before its first report."""
        vertex = self.cluster.get(f"/jobs/{job}")["vertices"][position]["id"]
        names = ("0.currentInputWatermark", "0.watermarkAlignmentDrift")
        answer = self.cluster.get(f"/jobs/{job}/vertices/{vertex}/metrics?get={','.join(names)}")
        values = {metric["id"]: int(metric["value"]) for metric in answer}
        if len(values) < 2 or values[names[0]] < 0:
            return None
        return values[names[0]], values[names[1]]

    def test_when_aligned_then_the_fast_source_goes_with_the_slow_one(self):
        job = self.cluster.submit("aligned", "--drift", "60s")
        self.addCleanup(self.cluster.run, "cancel", job, check=False)
        self.cluster.wait_state(job, "RUNNING")
        drifts = []

        def gone_far_enough():
            fast, slow = self.metrics(job, 1), self.metrics(job, 0)
            if not fast or not slow:
                return False
            self.assertLessEqual(fast[0], slow[0] + DRIFT + BATCH, "it should have waited")
            drifts.append(fast[1])
            return fast[0] > 3 * DRIFT
        wait_until(gone_far_enough, "the fast source goes on")
        self.assertGreater(max(drifts), 0)


if __name__ == "__main__":
    unittest.main()
