#!/usr/bin/env python3
"""Every job in jobs/ as an acceptance test: whole, killed midway and resumed, and after a crash of
everything. The output must be that of the reference, row by row."""

import csv
import unittest

import check_output
from cluster import ROOT, Cluster, wait_until
from e2e_case import FLIGHTS, TEXT, EndToEndCase

OFTEN = ["-D", "execution.checkpointing.interval=100 ms"]
TEXT_COPIES = 200


class Job:
    """How to run a job of jobs/ and what must come out; `slowly` are arguments that make it last seconds."""

    def __init__(self, name, arguments, slowly, check):
        self.name = name
        self.arguments = arguments
        self.slowly = slowly
        self.check = check  # output directory -> reports by result

    def submit(self, cluster, output, parallelism, *run_options, slowly=False):
        return cluster.submit(self.name, "--output", output, *self.arguments,
                              *(self.slowly if slowly else []),
                              run_options=["-p", str(parallelism), *run_options])


def word_count(directory):
    """The job's text many times over, so that it can be killed midway."""
    text = directory / "text.txt"
    text.write_text(TEXT.read_text() * TEXT_COPIES)
    expected = directory / "expected.csv"
    with open(TEXT.parents[1] / "golden/counts.csv", newline="", encoding="utf-8") as golden, \
            open(expected, "w", newline="", encoding="utf-8") as file:
        rows = csv.reader(golden)
        csv.writer(file).writerow(next(rows))
        csv.writer(file).writerows([word, int(count) * TEXT_COPIES] for word, count in rows)
    lines = len(text.read_text().splitlines())
    return Job("word_count", ["--input", text], ["--rate", str(lines / 4)],
               lambda output: {"counts": check_output.check_rows(output, expected)})


def flight_delays():
    golden = ROOT / "jobs/flight_delays/golden"
    return Job("flight_delays", ["--input", FLIGHTS], ["--rate", "5000"],
               lambda output: {name: check_output.check_rows(output / name, golden / f"{name}.csv")
                               for name in ("airports", "worst")})


def kill_check(records=60000, rate=15000, keys=50):
    setup = check_output.reference.Setup(records=records, partitions=1, keys=keys)
    expectations = check_output.kill_check_expectations(setup)
    return Job("kill_check",
               ["--records", str(records), "--partitions", "1", "--keys", str(keys)],
               ["--rate", str(rate)],
               lambda output: {"all": check_output.check_final(output, expectations)})


class JobsTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=1)
        cls.enterClassContext(cls.cluster)

    def assert_exact(self, job, output):
        for name, report in job.check(output).items():
            self.assertTrue(report["ok"], f"{job.name}, {name}: {report}")
            self.assertGreater(report["rows"], 0)
        self.assertEqual([path for path in output.rglob("*") if "inprogress" in path.name], [])

    def whole(self, job):
        output = self.new_directory() / "out"
        self.cluster.wait_state(job.submit(self.cluster, output, 1), "FINISHED")
        self.assert_exact(job, output)

    def killed_midway(self, job):
        output = self.new_directory() / "out"
        id_ = job.submit(self.cluster, output, 2, *OFTEN, slowly=True)
        wait_until(lambda: self.cluster.completed_checkpoints(id_) >= 5, "five checkpoints")
        hosts = self.cluster.task_hosts()
        self.assertEqual(len(hosts), 2)
        self.assertEqual(self.cluster.job_state(id_), "RUNNING")
        self.cluster.kill(hosts[0])
        self.cluster.wait_state(id_, "FINISHED")
        self.assert_resumed(id_, restarts=1)
        self.assert_exact(job, output)

    def assert_resumed(self, id_, restarts):
        self.assertEqual(self.cluster.get(f"/jobs/{id_}")["restarts"], restarts)
        restored = self.cluster.get(f"/jobs/{id_}/checkpoints")["latest"]["restored"]
        self.assertGreaterEqual(restored["id"], 5)

    def test_when_word_count_runs_whole_then_exact(self):
        self.whole(word_count(self.new_directory()))

    def test_when_word_count_is_killed_midway_then_exact(self):
        self.killed_midway(word_count(self.new_directory()))

    def test_when_flight_delays_runs_whole_then_exact(self):
        self.whole(flight_delays())

    def test_when_flight_delays_is_killed_midway_then_exact(self):
        self.killed_midway(flight_delays())

    def test_when_kill_check_runs_whole_then_exact(self):
        self.whole(kill_check())

    def test_when_kill_check_is_killed_midway_then_exact(self):
        self.killed_midway(kill_check())

    def test_when_everything_crashes_at_once_then_a_cold_start_resumes_and_the_output_is_exact(self):
        job, output = kill_check(), self.new_directory() / "out"
        id_ = job.submit(self.cluster, output, 2, *OFTEN, slowly=True)
        wait_until(lambda: self.cluster.completed_checkpoints(id_) >= 5, "five checkpoints")
        self.cluster.kill_everything()
        self.assertIsNone(self.cluster.job_state(id_))
        self.cluster.start()
        self.cluster.wait_state(id_, "FINISHED")
        self.assert_resumed(id_, restarts=0)
        self.assert_exact(job, output)

    def test_when_stopped_and_started_in_order_then_the_job_resumes_and_the_output_is_exact(self):
        job, output = kill_check(), self.new_directory() / "out"
        id_ = job.submit(self.cluster, output, 2, *OFTEN, slowly=True)
        wait_until(lambda: self.cluster.completed_checkpoints(id_) >= 5, "five checkpoints")
        self.cluster.run("cluster", "stop")
        self.cluster.start()
        self.cluster.wait_state(id_, "FINISHED")
        self.assert_exact(job, output)


if __name__ == "__main__":
    unittest.main()
