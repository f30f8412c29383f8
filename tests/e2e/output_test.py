#!/usr/bin/env python3
"""Forms of output, the event log, and completion, against a real cluster and in real shells."""

import json
import os
import shutil
import subprocess
import unittest

from cluster import BUILD, JOBS, PENSTOCK, Cluster, wait_until
from e2e_case import JOB_ID, NO_JOB, EndToEndCase

SLOW = ["--records", "2000000", "--rate", "20000"]


class OutputTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=4)
        cls.enterClassContext(cls.cluster)

    def command(self, *words, **options):
        return self.cluster.run(*words, check=False, **options)

    def done(self, *words, **options):
        return self.assert_done(self.command(*words, **options)).stdout

    def start(self):
        job = self.done("run", "-d", "-o", "name", "-D", "execution.checkpointing.interval=100 ms",
                        JOBS / "kill_check.so", "--output", self.new_directory() / "out", *SLOW).strip()
        self.assertRegex(job, rf"\A{JOB_ID.pattern}\Z")
        self.addCleanup(self.command, "cancel", job)
        self.cluster.wait_state(job, "RUNNING")
        return job

    # ---- -o ----

    def test_when_shown_in_any_form_then_each_is_of_that_form(self):
        job = self.start()
        wait_until(lambda: self.cluster.completed_checkpoints(job) >= 1, "a checkpoint")
        savepoint = self.done("savepoint", "-o", "name", job, self.new_directory()).strip()
        self.assertTrue(savepoint.startswith("file:///"), savepoint)
        self.done("cancel", job)
        for words in (["list", "-a"], ["workers"], ["checkpoints", job], ["events", job], ["cluster", "status"],
                      ["state", "ls", savepoint], ["config", "get"], ["config", "reference"], ["version"]):
            with self.subTest(words):
                value = json.loads(self.done(*words, "-o", "json"))
                self.assertTrue(value)
                yaml = self.done(*words, "-o", "yaml")
                self.assertRegex(yaml, r"\A(- )?[\w\"-]+: ?")
                names = self.done(*words, "-o", "name").splitlines()
                self.assertTrue(names)
                self.assertEqual(len(names), len(set(names)))
                self.assertNotIn("{", self.done(*words, "-o", "wide") if "reference" not in words else "")

    def test_when_a_savepoint_is_taken_as_json_then_its_location_is_a_member(self):
        job = self.start()
        made = json.loads(self.done("savepoint", "-o", "json", job, self.new_directory()))
        self.assertEqual(made["job"], job)
        self.assertTrue(made["location"].startswith("file:///"))
        checkpoint = json.loads(self.done("checkpoint", "-o", "json", job))
        self.assertGreater(checkpoint["checkpoint"], 0)
        stopped = json.loads(self.done("stop", "-o", "json", "-p", self.new_directory(), job))
        self.assertTrue(stopped["location"].startswith("file:///"))

    def test_when_jobs_are_listed_wide_then_more_is_known_of_them(self):
        job = self.start()
        lines = self.done("list", "-o", "wide").splitlines()
        self.assertRegex(lines[0], r"^JOB ID +NAME +STATE +STARTED +DURATION +ENDED +RESTARTS +TASKS RUNNING$")
        self.assertTrue(any(line.startswith(job) for line in lines))

    def test_when_it_fails_and_json_is_asked_for_then_the_error_is_json(self):
        for words, code, exit_code in ((["checkpoints", "-o", "json", NO_JOB], "not_found", 5),
                                       (["list", "-o", "json", "--nonsense"], "invalid_argument", 2),
                                       (["info", "-o", "json", JOBS / "none.so"], "invalid_argument", 2)):
            with self.subTest(words):
                result = self.command(*words)
                self.assertEqual(result.returncode, exit_code, result.stderr)
                self.assertEqual(result.stdout, "")
                error = json.loads(result.stderr)["error"]
                self.assertEqual(error["code"], code)
                self.assertTrue(error["message"] and error["hint"])

    # ---- events ----

    def test_when_events_are_shown_then_kinds_in_order_and_since_cuts(self):
        job = self.start()
        wait_until(lambda: self.cluster.completed_checkpoints(job) >= 1, "a checkpoint")
        self.done("cancel", job)
        events = json.loads(self.done("events", "-o", "json", job))
        self.assertEqual([event["id"] for event in events], list(range(1, len(events) + 1)))
        kinds = [event["kind"] for event in events]
        self.assertEqual(kinds[0], "submitted")
        self.assertEqual(kinds[-1], "canceled")
        expected = ["submitted", "created", "scheduling", "deploying", "running", "checkpoint", "cancelling"]
        self.assertEqual([kind for kind in expected if kind in kinds], expected)
        rest = json.loads(self.done("events", "-o", "json", "--since", events[-2]["id"], job))
        self.assertEqual(rest, events[-1:])
        lines = self.done("events", job).splitlines()
        self.assertRegex(lines[0], r"^NO +TIME +LEVEL +KIND +MESSAGE$")
        self.assertEqual(len(lines), len(events) + 1)

    def test_when_a_task_host_dies_then_the_cause_is_an_event(self):
        job = self.start()
        self.cluster.kill(wait_until(self.cluster.task_hosts, "a task host")[0])
        def failure():
            events = json.loads(self.done("events", "-o", "json", job))
            return [event for event in events if event["kind"] == "failure"]
        event = wait_until(failure, "the failure is an event")[0]
        self.assertEqual(event["level"], "ERROR")
        self.assertIn("SIGKILL", event["message"])

    def test_when_events_are_followed_then_until_the_end_of_the_job(self):
        job = self.start()
        words = ["events", *self.cluster.definitions(), "-f", "-o", "json", job]
        follow = subprocess.Popen([PENSTOCK, *map(str, words)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(follow.stdout.close)
        first = json.loads(follow.stdout.readline())
        self.assertEqual(first["kind"], "submitted")
        self.done("cancel", job)
        rest = [json.loads(line) for line in follow.stdout]
        self.assertEqual(follow.wait(timeout=30), 0)
        self.assertEqual(rest[-1]["kind"], "canceled")

    # ---- completion ----

    def shell(self, shell, script):
        environment = {**os.environ, "PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}",
                       "PENSTOCK_REST__PORT": str(self.cluster.rest_port),
                       "PENSTOCK_PENSTOCK__DATA_DIR": str(self.cluster.directory / "data"),
                       "HOME": str(self.new_directory())}
        result = subprocess.run([shutil.which(shell), "-c", script], capture_output=True, text=True, timeout=60,
                                env=environment, cwd=BUILD, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        return result.stdout.split()

    def bash(self, *words):
        """What bash offers for the last of these words."""
        listed = " ".join(f"'{word}'" for word in words)
        return self.shell("bash", "source <(penstock completion bash); "
                          f"COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; "
                          "$(complete -p penstock | sed 's/.*-F \\([^ ]*\\).*/\\1/'); "
                          "printf '%s\\n' \"${COMPREPLY[@]}\"")

    def test_when_completed_in_bash_then_commands_options_values_and_files(self):
        self.assertEqual(self.bash("penstock", "li"), ["list"])
        self.assertEqual(self.bash("penstock", "cluster", "st"), ["start", "stop", "status"])
        self.assertEqual(self.bash("penstock", "list", "-o", ""), ["table", "wide", "json", "yaml", "name"])
        self.assertEqual(self.bash("penstock", "rescale", "x", "--p"), ["--parallelism"])
        self.assertEqual(self.bash("penstock", "run", "-p", "2", "jobs/word_count.s"), ["jobs/word_count.so"])
        self.assertNotIn("jobs/CTestTestfile.cmake", self.bash("penstock", "run", "jobs/"))
        self.assertEqual(self.bash("penstock", "run", "-D", "worker.mem"), ["worker.memory="])
        self.assertEqual(self.bash("penstock", "config", "get", "worker.mem"), ["worker.memory"])

    def test_when_a_job_is_named_then_its_id_is_completed(self):
        job = self.start()
        for command in ("cancel", "events", "checkpoints", "stop", "savepoint", "rescale", "wait", "logs"):
            self.assertIn(job, self.bash("penstock", command, job[:4]), command)
        self.assertEqual(self.bash("penstock", "checkpoints", job, ""), [])

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_when_loaded_in_zsh_then_it_completes_penstock(self):
        offered = self.shell("zsh", "autoload -U compinit; compinit -u -D; source <(penstock completion zsh); "
                             "print $_comps[penstock]; COMP_WORDS=(penstock cluster st); COMP_CWORD=2; "
                             "emulate ksh -c _penstock; print -l $COMPREPLY")
        self.assertEqual(offered[:3], ["_bash_complete", "-F", "_penstock"])
        self.assertEqual(offered[3:], ["start", "supervise", "stop", "status"])  # zsh itself filters

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_when_completed_in_fish_then_commands_options_values_and_files(self):
        def fish(line):
            script = f"penstock completion fish | source; complete -C '{line}' | string split -f1 \\t; true"
            return self.shell("fish", script)
        self.assertEqual(fish("penstock li"), ["list"])
        self.assertEqual(sorted(fish("penstock cluster st")), ["start", "status", "stop"])
        self.assertEqual(sorted(fish("penstock list -o ")), ["json", "name", "table", "wide", "yaml"])
        self.assertIn("jobs/word_count.so", fish("penstock run jobs/word"))
        self.assertEqual(fish("penstock rescale x --p"), ["--parallelism"])


if __name__ == "__main__":
    unittest.main()
