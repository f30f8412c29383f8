#!/usr/bin/env python3
"""The job that watches its host, live on a cluster."""

import csv
import unittest

from cluster import Cluster, wait_until
from e2e_case import EndToEndCase


class HostMetricsTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=2)
        cls.enterClassContext(cls.cluster)

    @staticmethod
    def rows(directory):
        rows = []
        for path in directory.glob("*/part-*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                rows += csv.DictReader(file)
        return rows

    def test_when_the_job_runs_then_summaries_and_alerts_of_this_host_come_out_and_it_resumes(self):
        output = self.new_directory() / "out"
        job = self.cluster.submit("host_metrics", "--output", output, "--interval", "50 ms",
                                  "--window", "200 ms", "--top", "2", "--memory-alert", "0.001",
                                  "--cpu-alert", "0", "--disk-alert", "0",
                                  run_options=["-p", "2",
                                               "-D", "execution.checkpointing.interval=100 ms"])

        def measured():
            return {row["metric"] for row in self.rows(output / "summaries")}
        expected = {"cpu.percent", "memory.used_percent", "load.1m", "net.received_bytes_per_s"}
        wait_until(lambda: expected <= measured(), "a summary of each metric", 10)
        alerts = wait_until(lambda: self.rows(output / "alerts"), "the memory's alert", 10)
        before = len(self.rows(output / "summaries"))
        self.assertTrue(self.cluster.kill(self.cluster.task_hosts()[0]))
        wait_until(lambda: len(self.rows(output / "summaries")) > before + 20, "more after a crash", 20)
        self.cluster.run("cancel", job)
        self.cluster.wait_state(job, "CANCELED")

        self.assertEqual([("memory.used_percent", "raised")],
                         [(alert["metric"], alert["state"]) for alert in alerts])
        memory = [row for row in self.rows(output / "alerts") if row["metric"] == "memory.used_percent"]
        self.assertEqual(len(memory), 1, "the alert is told once, the restart notwithstanding")
        for row in self.rows(output / "summaries"):
            self.assertLessEqual(float(row["min"]), float(row["avg"]) * (1 + 1e-9) + 1e-9, row)
            self.assertLessEqual(float(row["avg"]), float(row["max"]) * (1 + 1e-9) + 1e-9, row)
            self.assertGreaterEqual(int(row["samples"]), 1, row)


if __name__ == "__main__":
    unittest.main()
