#!/usr/bin/env python3
"""Savepoints with real processes: taken from a running job, by stopping one, started from, deleted. What
jobs commit before and after must together be exactly the reference's rows."""

import concurrent.futures
import csv
import json
import pathlib
import unittest
import urllib.parse

import check_output
from cluster import JOBS, Cluster, wait_until
from e2e_case import NO_JOB, EndToEndCase

RECORDS, RATE, PARTITIONS = 40000, 10000, 2
SETUP = ["--records", str(RECORDS), "--partitions", str(PARTITIONS), "--rate", str(RATE)]
OFTEN = ["-D", "execution.checkpointing.interval=100 ms"]
RETAINED = ["-D", "execution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION"]
COMPLETED = "Savepoint completed. Path: "


class SavepointTest(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=2)
        cls.enterClassContext(cls.cluster)
        cls.expectations = check_output.kill_check_expectations(
            check_output.reference.Setup(records=RECORDS, partitions=PARTITIONS))

    def command(self, *words, **options):
        return self.cluster.run(*words, check=False, **options)

    def done(self, *words, **options):
        return self.assert_done(self.command(*words, **options))

    def submit(self, output, *run_options):
        return self.cluster.submit("kill_check", "--output", output, *SETUP,
                                   run_options=["-p", str(PARTITIONS), *OFTEN, *run_options])

    def started(self, output, *run_options):
        """A job that runs and has committed something."""
        job = self.submit(output, *run_options)
        self.cluster.wait_state(job, "RUNNING")
        wait_until(lambda: list(output.glob("*/part-*")), "the job commits")
        return job

    def path_of(self, result):
        """The savepoint that a command reports, which is all of its data."""
        line = result.stdout.rstrip("\n")
        self.assertTrue(line.startswith(COMPLETED), result.stdout)
        uri = line[len(COMPLETED):]
        self.assertTrue(uri.startswith("file:///"), uri)
        path = pathlib.Path(urllib.parse.unquote(uri[len("file://"):]))
        self.assertTrue((path / "MANIFEST").is_file(), path)
        return path

    def assert_exact(self, output):
        report = check_output.check_final(output, self.expectations)
        self.assertTrue(report["ok"], report)

    def committed(self, output):
        """Numbers of events and of events in windows that are committed."""
        def rows(name):
            for part in sorted((output / name).glob("part-*")):
                with open(part, newline="", encoding="utf-8") as file:
                    yield from list(csv.reader(file))[1:]
        return sum(1 for _ in rows("events")), sum(int(row[2]) for row in rows("windows"))

    def test_when_stopped_with_a_savepoint_then_another_job_goes_on_exactly(self):
        directory = self.new_directory()
        output = directory / "output"
        first = self.started(output)
        stopped = self.done("stop", "-p", directory / "savepoints", first)
        savepoint = self.path_of(stopped)
        self.assertRegex(savepoint.name, rf"^savepoint-{first[:6]}-[0-9a-f]{{12}}$")
        self.assertEqual(self.cluster.job_state(first), "FINISHED")
        events, in_windows = self.committed(output)
        self.assertLess(events, RECORDS, "the job was to be stopped midway")
        self.assertLess(in_windows, events, "without --drain open windows stay in the state")
        wait_until(lambda: not (self.cluster.directory / "data/checkpoints" / first).exists(),
                   "the checkpoints of the finished job are deleted")
        second = self.submit(output, "-s", f"file://{savepoint}")
        self.cluster.wait_state(second, "FINISHED")
        self.assert_exact(output)
        restored = self.cluster.get(f"/jobs/{second}/checkpoints")["latest"]["restored"]
        self.assertTrue(restored["is_savepoint"])
        self.assertTrue((savepoint / "MANIFEST").exists(), "NO_CLAIM leaves the savepoint alone")

    def test_when_a_savepoint_is_taken_then_the_job_runs_on_and_the_savepoint_is_a_start(self):
        directory = self.new_directory()
        output, again = directory / "output", directory / "again"
        job = self.started(output)
        savepoint = self.path_of(self.done("savepoint", job, "savepoints", cwd=directory))
        self.assertEqual(savepoint.parent, directory / "savepoints")
        self.assertEqual(self.cluster.job_state(job), "RUNNING")
        refused = self.command("run", "-d", "-s", savepoint, JOBS / "kill_check.so", "--output", again,
                               *SETUP)
        self.assert_refused(refused, 6, "has gone on after", "--accept-duplicates")
        self.cluster.wait_state(job, "FINISHED")
        self.assert_exact(output)
        # Elsewhere only what follows the savepoint comes out.
        second = self.submit(again, "-s", savepoint, "--accept-duplicates")
        self.cluster.wait_state(second, "FINISHED")
        self.assertLess(self.committed(again)[0], RECORDS)
        disposed = self.done("savepoint", "--dispose", savepoint)
        self.assertEqual(disposed.stdout, f"Savepoint '{savepoint}' disposed.\n")
        self.assertFalse(savepoint.exists())
        self.assert_refused(self.command("savepoint", "--dispose", savepoint), 5, "no savepoint")

    def test_when_drained_then_windows_come_out(self):
        directory = self.new_directory()
        job = self.started(directory / "output")
        self.assertEqual(self.done("stop", "--drain", job).stdout, "")
        events, in_windows = self.committed(directory / "output")
        self.assertLess(events, RECORDS)
        self.assertEqual(in_windows, events)

    def test_when_the_coordinator_dies_during_a_stop_then_the_savepoint_is_still_made(self):
        directory = self.new_directory()
        output = directory / "output"
        job = self.started(output)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            stop = pool.submit(self.command, "stop", "-p", directory / "savepoints", job)
            wait_until(lambda: "stopping" in json.dumps(self.cluster.get(f"/jobs/{job}/events") or {}),
                       "the job is being stopped")
            self.cluster.kill(self.cluster.supervised("coordinator"))
            savepoint = self.path_of(self.assert_done(stop.result()))
        second = self.submit(output, "-s", savepoint)
        self.cluster.wait_state(second, "FINISHED")
        self.assert_exact(output)

    def test_when_cancelled_with_retained_checkpoints_then_another_job_goes_on_from_one(self):
        directory = self.new_directory()
        output = directory / "output"
        job = self.started(output, *RETAINED)
        checkpoint = self.done("checkpoint", job).stdout
        self.assertRegex(checkpoint, rf"^Checkpoint \d+ for job {job} completed\.\n$")
        self.done("cancel", job)
        completed = self.cluster.directory / "data/checkpoints" / job / "completed"
        newest = max((int(path.name), path) for path in completed.iterdir())[1]
        second = self.submit(output, "-s", newest, "-rm", "CLAIM")
        self.cluster.wait_state(second, "FINISHED")
        self.assert_exact(output)
        self.assertFalse(newest.exists(), "the claimed checkpoint was replaced by newer ones")

    def test_when_something_is_wrong_then_said_and_nothing_is_left(self):
        directory = self.new_directory()
        jobs = len(self.lists("--all"))
        run = ["run", "-d", "-s"]
        plugin = [JOBS / "kill_check.so", "--output", directory / "output", *SETUP]
        self.assert_refused(self.command(*run, directory / "none", *plugin), 5, "no savepoint")
        self.assert_refused(self.command(*run, directory, *plugin), 2, "it has no MANIFEST")
        self.assert_refused(self.command(*run, "s3://bucket/savepoint", *plugin), 2, "absolute path")
        (directory / "MANIFEST").write_text("something else, and more of it")
        self.assert_refused(self.command(*run, directory, *plugin), 1, "MANIFEST", "is damaged")
        self.assert_refused(self.command("run", "-d", "-n", *plugin), 2, "something to start from")
        self.assert_refused(self.command("run", "-s", "/x", "--map-uid", "a", *plugin), 2, "OLD=NEW")
        self.assertEqual(len(self.lists("--all")), jobs)
        self.assert_refused(self.command("savepoint", NO_JOB, directory), 5, "no job")
        self.assert_refused(self.command("savepoint"), 2, "which job")
        self.assert_refused(self.command("savepoint", "--dispose", directory.parent), 2)
        job = self.started(directory / "output")
        self.assert_refused(self.command("savepoint", job), 2, "no directory for the savepoint")
        self.assert_refused(self.command("savepoint", job, "/proc/savepoints"), 1, "cannot make")
        self.assertEqual(self.cluster.job_state(job), "RUNNING")
        self.done("cancel", job)
        self.assert_refused(self.command("savepoint", job, directory), 6, "CANCELED")


if __name__ == "__main__":
    unittest.main()
