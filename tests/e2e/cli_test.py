#!/usr/bin/env python3
"""Every command against a real cluster: its output, where it goes, and its exit code."""

import json
import os
import pty
import re
import subprocess
import unittest

import check_output
from cluster import JOBS, PENSTOCK, Cluster, wait_until
from e2e_case import JOB_ID, NO_JOB, TEXT, EndToEndCase

SLOW = ["--records", "2000000", "--rate", "20000"]
OFTEN = ["-D", "execution.checkpointing.interval=100 ms"]


class CliTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=4)
        cls.enterClassContext(cls.cluster)

    def command(self, *words, **options):
        return self.cluster.run(*words, check=False, **options)

    def done(self, *words, **options):
        return self.assert_done(self.command(*words, **options))

    def start_slow_job(self, *run_options):
        output = self.new_directory() / "out"
        job = self.cluster.submit("kill_check", "--output", output, *SLOW,
                                  run_options=[*OFTEN, *run_options])
        self.addCleanup(self.command, "cancel", job)
        self.cluster.wait_state(job, "RUNNING")
        return job, output

    def run_words(self, *run_options):
        output = self.new_directory() / "out"
        result = self.command("run", *run_options, JOBS / "word_count.so", "--input", TEXT, "--output",
                              output)
        return result, output

    # ---- cluster ----

    def test_when_started_then_status_shows_every_process_and_it_lives(self):
        lines = self.done("cluster", "status").stdout.splitlines()
        self.assertEqual(lines[0].split(), ["ROLE", "PID", "RESTARTS"])
        self.assertTrue(lines.pop().startswith("dashboard: http://"))
        roles = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
        self.assertEqual(set(roles), {"supervisor", "coordinator", "worker-1", "worker-2"})
        for pid in roles.values():
            os.kill(pid, 0)

    def test_when_status_is_asked_as_json_then_it_has_the_same_processes(self):
        status = json.loads(self.done("cluster", "status", "-o", "json").stdout)
        roles = [process["role"] for process in status["processes"]]
        self.assertEqual(roles, ["coordinator", "worker-1", "worker-2"])

    def test_when_started_twice_then_conflict(self):
        self.assert_refused(self.command("cluster", "start"), 6, "running already")

    def test_when_no_cluster_runs_then_stop_and_status_say_so(self):
        other = Cluster(workers=1)
        self.addCleanup(os.rmdir, other.directory)
        for verb in ("stop", "status"):
            self.assert_refused(other.run("cluster", verb, check=False), 5, "no cluster is running")

    def test_when_stopped_then_all_processes_are_gone_and_it_can_start_again(self):
        with Cluster(workers=1) as other:
            pids = [other.supervised("coordinator"), other.supervised("worker-1")]
            self.assert_done(other.run("cluster", "stop"))
            for pid in pids:
                self.assertFalse(other.kill(pid), f"process {pid} lives on")
            other.start()

    # ---- run ----

    def test_when_run_attached_then_it_ends_with_the_job_and_data_is_on_stdout_only(self):
        result, output = self.run_words()
        self.assert_done(result)
        self.assertRegex(result.stdout, r"\AJob has been submitted with JobID [0-9a-f]{32}\n\Z")
        self.assertIn("has FINISHED", result.stderr)
        self.assertNotIn("\033", result.stderr)
        self.assertTrue(list(output.glob("part-*")))

    def test_when_run_detached_then_it_returns_before_the_job_ends(self):
        job, _ = self.start_slow_job()
        self.assertRegex(job, rf"\A{JOB_ID.pattern}\Z")
        self.assertEqual(self.cluster.job_state(job), "RUNNING")

    def test_when_named_then_lists_show_the_name(self):
        result, _ = self.run_words("--name", "my words")
        job = JOB_ID.search(self.assert_done(result).stdout)[0]
        self.assertEqual(self.lists("-a")[job]["name"], "my words")

    def test_when_parallelism_is_given_then_the_job_has_it(self):
        result, _ = self.run_words("-p", "3")
        job = JOB_ID.search(self.assert_done(result).stdout)[0]
        detail = self.cluster.get(f"/jobs/{job}")
        self.assertEqual({vertex["parallelism"] for vertex in detail["vertices"]}, {3})

    def test_when_configured_by_definition_then_the_job_has_it(self):
        result, _ = self.run_words("-D", "pipeline.max-parallelism=64")
        job = JOB_ID.search(self.assert_done(result).stdout)[0]
        detail = self.cluster.get(f"/jobs/{job}")
        self.assertEqual({vertex["maxParallelism"] for vertex in detail["vertices"]}, {64})

    def test_when_checkpoints_are_at_least_once_then_so_is_the_guarantee(self):
        result, output = self.run_words("-p", "2", "-D", "execution.checkpointing.mode=at-least-once")
        self.assertIn("Guarantee: at-least-once", self.assert_done(result).stderr)
        golden = TEXT.parents[1] / "golden/counts.csv"
        self.assertTrue(check_output.check_rows(output, golden)["ok"])

    def test_when_run_locally_then_no_cluster_is_needed_and_nothing_is_left(self):
        directory = self.new_directory()
        result = subprocess.run(
            [PENSTOCK, "run", "--local", "-p", "2", JOBS / "word_count.so", "--input", TEXT, "--output",
             directory / "out"],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "TMPDIR": directory, "HOME": directory})
        self.assert_done(result)
        self.assertRegex(result.stdout, r"\AJob has been submitted with JobID [0-9a-f]{32}\n\Z")
        self.assertEqual([path.name for path in directory.iterdir()], ["out"])
        golden = TEXT.parents[1] / "golden/counts.csv"
        self.assertTrue(check_output.check_rows(directory / "out", golden)["ok"])

    def test_when_interrupted_then_the_job_goes_on(self):
        output = self.new_directory() / "out"
        words = ["run", *self.cluster.definitions(), JOBS / "kill_check.so", "--output", output, *SLOW]
        run = subprocess.Popen([PENSTOCK, *map(str, words)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        job = JOB_ID.search(run.stdout.readline())[0]
        self.addCleanup(self.command, "cancel", job)
        self.cluster.wait_state(job, "RUNNING")
        run.send_signal(2)
        _, messages = run.communicate(timeout=30)
        self.assertEqual(run.returncode, 130)
        self.assertIn(f"penstock cancel {job}", messages)
        self.assertEqual(self.cluster.job_state(job), "RUNNING")

    # ---- list ----

    def test_when_listed_then_filters_choose_by_state(self):
        running, _ = self.start_slow_job()
        finished = JOB_ID.search(self.assert_done(self.run_words()[0]).stdout)[0]
        self.assertIn(running, self.lists())
        self.assertNotIn(finished, self.lists())
        self.assertIn(running, self.lists("-r"))
        self.assertNotIn(running, self.lists("-s"))
        self.assertLessEqual({running, finished}, set(self.lists("-a")))

    def test_when_listed_as_names_then_one_id_per_line(self):
        job, _ = self.start_slow_job()
        lines = self.done("list", "-o", "name").stdout.splitlines()
        self.assertIn(job, lines)
        for line in lines:
            self.assertRegex(line, rf"\A{JOB_ID.pattern}\Z")

    def test_when_listed_as_table_then_a_header_and_one_line_per_job(self):
        job, _ = self.start_slow_job()
        lines = self.done("list").stdout.splitlines()
        self.assertRegex(lines[0], r"^JOB ID +NAME +STATE +STARTED +DURATION$")
        self.assertTrue(any(re.match(rf"{job}  kill_check +RUNNING", line) for line in lines[1:]))

    # ---- end ----

    def test_when_cancelled_then_canceled_and_no_task_host_is_left(self):
        job, _ = self.start_slow_job()
        result = self.done("cancel", job)
        self.assertEqual(result.stdout, "")
        self.assertEqual(self.cluster.job_state(job), "CANCELED")
        wait_until(lambda: not self.cluster.task_hosts(), "the task hosts end")
        self.assert_refused(self.command("cancel", job), 6, "cannot be cancelled")

    def test_when_stopped_then_finished_and_the_output_is_an_exact_prefix(self):
        job, output = self.start_slow_job("-p", "2")
        wait_until(lambda: list((output / "events").glob("part-*")), "output is committed")
        self.assertEqual(self.done("stop", job).stdout, "")
        self.assertEqual(self.cluster.job_state(job), "FINISHED")
        self.assert_exact_prefix(output)
        self.assert_refused(self.command("stop", job), 6, "cannot be stopped")

    def assert_exact_prefix(self, output):
        """The committed events are, per partition, all up to some record."""
        indexes = {}
        for _, row in check_output.Parts(output / "events").rows():
            indexes.setdefault(int(row[2]), []).append(int(row[3]))
        self.assertTrue(indexes, "nothing is committed")
        for partition, found in indexes.items():
            self.assertEqual(sorted(found), list(range(len(found))), f"partition {partition}")
        self.assertFalse(list(output.rglob("*.inprogress")) + list(output.rglob(".part*")))

    # ---- wait ----

    def test_when_waited_for_a_running_job_then_it_times_out(self):
        job, _ = self.start_slow_job()
        self.assert_refused(self.command("wait", "--timeout", "300 ms", job), 8, "not ended in time")

    def test_when_waited_for_an_ended_job_then_the_exit_code_is_its_end(self):
        finished = JOB_ID.search(self.assert_done(self.run_words()[0]).stdout)[0]
        self.assertEqual(self.done("wait", finished).stdout, "")
        canceled, _ = self.start_slow_job()
        self.done("cancel", canceled)
        self.assertEqual(self.command("wait", canceled).returncode, 1)
        self.assert_refused(self.command("wait", "--timeout", "soon", finished), 2, "not a duration")

    # ---- views ----

    def test_when_workers_are_shown_then_all_with_their_slots(self):
        lines = self.done("workers").stdout.splitlines()
        self.assertRegex(lines[0], r"^WORKER ID +ADDRESS +PID +SLOTS +FREE +MEMORY +USED +LAST HEARTBEAT$")
        self.assertEqual(len(lines), 3)
        workers = json.loads(self.done("workers", "-o", "json").stdout)
        self.assertEqual([worker["slotsNumber"] for worker in workers], [4, 4])

    def test_when_checkpoints_are_shown_then_the_completed_ones(self):
        job, _ = self.start_slow_job()
        wait_until(lambda: self.cluster.completed_checkpoints(job) >= 2, "two checkpoints")
        lines = self.done("checkpoints", job).stdout.splitlines()
        self.assertRegex(lines[0], r"^ID +STATUS +TRIGGERED +DURATION +NEW +FULL +TYPE$")
        self.assertTrue(any(" COMPLETED " in line for line in lines[1:]))
        answer = json.loads(self.done("checkpoints", "-o", "json", job).stdout)
        self.assertGreaterEqual(answer["counts"]["completed"], 2)
        self.assertGreater(answer["summary"]["state_size"]["p99"], 0)

    def test_when_one_checkpoint_is_shown_then_the_phases_of_every_subtask(self):
        job, _ = self.start_slow_job()
        wait_until(lambda: self.cluster.completed_checkpoints(job) >= 1, "a checkpoint")
        newest = self.cluster.get(f"/jobs/{job}/checkpoints")["latest"]["completed"]["id"]
        shown = self.done("checkpoints", job, newest)
        lines = shown.stdout.splitlines()
        self.assertRegex(lines[0], r"^SUBTASK +START DELAY +ALIGNMENT +SYNC +ASYNC +END TO END +NEW +FULL$")
        tasks = self.cluster.get(f"/jobs/{job}")["status-counts"]["RUNNING"]
        self.assertEqual(len(lines) - 1, tasks)
        self.assertIn(f"Checkpoint {newest} is COMPLETED: {tasks} of {tasks} subtasks", shown.stderr)
        detail = json.loads(self.done("checkpoints", "-o", "json", job, newest).stdout)
        vertex = next(iter(detail["tasks"]))
        part = self.cluster.get(f"/jobs/{job}/checkpoints/details/{newest}/subtasks/{vertex}")
        self.assertEqual(part["subtasks"], detail["tasks"][vertex]["subtasks"])
        self.assertIn("start_delay", part["summary"])
        self.assert_refused(self.command("checkpoints", job, "999999"), 5, "nothing is known")
        self.assert_refused(self.command("checkpoints", job, "first"), 2, "not the number")

    def test_when_logs_are_shown_then_the_job_s_story(self):
        job = JOB_ID.search(self.assert_done(self.run_words()[0]).stdout)[0]
        story = self.done("logs", job).stdout
        for event in ("job is CREATED", "job is RUNNING", "job is FINISHED"):
            self.assertRegex(story, rf"(?m)^\d{{4}}-\d\d-\d\dT[\d:.]+Z {event}$")

    def test_when_the_plan_is_shown_then_tree_and_json_agree_and_nothing_is_submitted(self):
        before = set(self.lists("-a"))
        arguments = [JOBS / "word_count.so", "--input", TEXT, "--output", self.new_directory() / "out"]
        tree = self.done("info", "-p", "2", *arguments).stdout
        self.assertIn("word_count  (exactly-once, 2 slots)", tree)
        self.assertIn("HASH", tree)
        plan = json.loads(self.done("info", "-p", "2", "-o", "json", *arguments).stdout)
        self.assertEqual([vertex["parallelism"] for vertex in plan["vertices"]], [2, 2])
        self.assertEqual([edge["distribution"] for edge in plan["edges"]], ["HASH"])
        self.assertEqual(set(self.lists("-a")), before)

    def test_when_the_version_is_asked_then_one_line(self):
        self.assertRegex(self.done("version").stdout, r"\APenstock \d+\.\d+\.\d+\n\Z")

    # ---- addressing ----

    def test_when_a_job_is_unknown_or_malformed_then_every_command_says_so(self):
        for command in ("cancel", "stop", "wait", "checkpoints", "logs"):
            with self.subTest(command):
                self.assert_refused(self.command(command, NO_JOB), 5, "there is no job", "list --all")
                self.assert_refused(self.command(command, "seven"), 2, "is not an id")

    def test_when_on_a_terminal_then_progress_is_on_stderr_and_stdout_is_the_same(self):
        parent, child = pty.openpty()
        output = self.new_directory() / "out"
        words = ["run", *self.cluster.definitions(), JOBS / "word_count.so", "--input", TEXT, "--output",
                 output]
        result = subprocess.run([PENSTOCK, *map(str, words)], stdout=subprocess.PIPE, stderr=child,
                                text=True, timeout=60, check=False,
                                env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"})
        os.close(child)
        shown = os.read(parent, 1 << 16).decode()
        os.close(parent)
        self.assertEqual(result.returncode, 0, shown)
        self.assertRegex(result.stdout, r"\AJob has been submitted with JobID [0-9a-f]{32}\n\Z")
        self.assertIn("uploading", shown)
        self.assertNotIn("\033[2m", shown)  # NO_COLOR


if __name__ == "__main__":
    unittest.main()
