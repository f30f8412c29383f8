#!/usr/bin/env python3
"""One number for memory: it is shown where it goes, and who takes more ends with the breakdown."""

import json
import unittest

from cluster import JOBS, Cluster, wait_until
from e2e_case import EndToEndCase

MEBIBYTE = 1 << 20


class MemoryTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=1, options={"worker.memory": "256m"})
        cls.enterClassContext(cls.cluster)

    def worker(self):
        return self.cluster.get("/taskmanagers")["taskmanagers"][0]

    def test_when_user_code_takes_more_than_the_share_then_the_job_fails_with_the_breakdown(self):
        result = self.cluster.run("run", "-D", "restart-strategy.type=none", JOBS / "misbehave.so",
                                  "--how", "leak", "--megabytes", "300", "--records", "1000000",
                                  "--output", self.new_directory() / "out", check=False, timeout=60)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertRegex(result.stderr, r"MiB resident, more than its share of 256\.0 MiB of worker\.memory")
        self.assertRegex(result.stderr, r"exchange takes .*state .*in caches.*user code and the rest 3\d\d\.")
        self.assertRegex(result.stderr, r"(?m)^hint: raise worker\.memory")

    def test_when_a_job_runs_then_its_memory_is_shown_by_part(self):
        job = self.cluster.submit("kill_check", "--output", self.new_directory() / "out", "--records",
                                  "100000000", "--rate", "2000", "--partitions", "1")
        self.addCleanup(self.cluster.run, "cancel", job, check=False)
        # The first report of the host, and a later heartbeat of the worker.
        wait_until(lambda: self.worker()["memoryBreakdown"]["state"]["tables"] > 0, "state is reported")
        memory = self.worker()["memoryBreakdown"]
        self.assertEqual(memory["total"], 256 * MEBIBYTE)
        self.assertEqual(sum(memory[part]["share"] for part in ("exchange", "state", "user")),
                         memory["total"])
        self.assertGreater(memory["exchange"]["capacity"], 0)
        wide = self.cluster.run("workers", "-o", "wide").stdout
        for column in ("MEMORY", "USED", "EXCHANGE", "STATE", "CACHE", "USER"):
            self.assertIn(column, wide)
        self.assertIn("of 64.0 MiB", wide)
        shown = json.loads(self.cluster.run("workers", "-o", "json").stdout)
        self.assertEqual(shown[0]["memoryBreakdown"].keys(), memory.keys())


if __name__ == "__main__":
    unittest.main()
