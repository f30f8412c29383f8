#!/usr/bin/env python3
"""What a job's code says about itself: its arguments with their limits, and options that it sets."""

import json
import unittest

from cluster import JOBS, Cluster, wait_until
from e2e_case import EndToEndCase

JOB = JOBS / "code_options.so"
INTERVAL = "execution.checkpointing.interval"


class CodeOptionsTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=4)
        cls.enterClassContext(cls.cluster)

    def command(self, *words):
        return self.cluster.run(*words, check=False)

    def start(self, *words, options=()):
        result = self.command("run", "-d", "-o", "name", *options, JOB, "--output", self.new_directory() / "out",
                              *words)
        job = self.assert_done(result).stdout.strip()
        self.addCleanup(self.command, "cancel", job)
        return job

    def configuration(self, job):
        return self.cluster.get(f"/jobs/{job}/config")["configuration"]

    # ---- options in code ----

    def test_when_the_code_sets_options_then_they_are_stronger_than_the_command_line(self):
        job = self.start("--records", "100000", options=("-p", "1", "-D", f"{INTERVAL}=1 h"))
        self.assertEqual(self.configuration(job)[INTERVAL], "120 ms")
        self.assertEqual(self.configuration(job)["parallelism.default"], "2")
        self.cluster.wait_state(job, "RUNNING")
        wait_until(lambda: self.cluster.completed_checkpoints(job) >= 2, "checkpoints at the job's interval")

    def test_when_such_a_job_is_rescaled_then_the_wish_counts_and_the_rest_stays(self):
        job = self.start("--records", "100000")
        self.cluster.wait_state(job, "RUNNING")
        self.assert_done(self.command("rescale", job, "-p", "1"))
        self.assertEqual(self.configuration(job)["parallelism.default"], "1")
        self.assertEqual(self.configuration(job)[INTERVAL], "120 ms")
        detail = self.cluster.get(f"/jobs/{job}")
        self.assertEqual({vertex["parallelism"] for vertex in detail["vertices"]}, {1})

    def test_when_the_plan_is_shown_then_with_the_options(self):
        words = (JOB, "--output", self.new_directory() / "out")
        self.assertIn(f"set in code: {INTERVAL} = 120 ms", self.assert_done(self.command("info", *words)).stdout)
        plan = json.loads(self.assert_done(self.command("info", "-o", "json", *words)).stdout)
        self.assertEqual(plan["options"], {INTERVAL: "120 ms", "parallelism.default": "2"})
        self.assertEqual({vertex["parallelism"] for vertex in plan["vertices"]}, {2})

    def refused(self, *words, said):
        output = self.new_directory() / "out"
        for command in ("run", "info"):
            self.assert_refused(self.command(command, JOB, "--output", output, *words), 2, *said)

    def test_when_an_option_is_wrong_then_it_is_named_with_all_else_that_is(self):
        self.refused("--key", "execution.checkpointing.intervall", "--value", "5 s",
                     said=["unknown option", f"did you mean '{INTERVAL}'?"])
        self.refused("--key", "worker.memory", "--value", "1g", said=["is the cluster's, not the job's"])
        self.refused("--key", INTERVAL, "--value", "soon", "--order", "sideways",
                     said=["the job has 2 problems", "'soon' is not valid",
                           "argument --order is 'sideways', but must be up or down"])

    # ---- arguments ----

    def test_when_an_argument_is_beyond_its_limits_then_refused(self):
        self.refused("--records", "0", said=["argument --records is '0', but must be from 1 to 1000000"])

    def test_when_help_follows_the_plugin_then_the_job_s_arguments_and_the_command_s_options_are_shown(self):
        for command in ("run", "info", "validate"):
            shown = self.assert_done(self.command(command, JOB, "--help")).stdout
            self.assertIn("Job code_options\n", shown)
            self.assertRegex(shown, r"(?m)^--output <path> +required +directory that gets part-\*.csv$")
            self.assertRegex(shown, r"(?m)^--records <integer> +from 1 to 1000000; default 1000 +in all$")
            self.assertRegex(shown, r"(?m)^--order <text> +up or down; default up +of the numbers$")
            self.assertIn(f"Usage: penstock {command} ", shown)
            self.assertIn("--parallelism", shown)

    def test_when_help_is_asked_as_json_then_for_machines(self):
        shown = json.loads(self.assert_done(self.command("info", "-o", "json", JOB, "--help")).stdout)
        self.assertEqual(shown["job"], "code_options")
        by_name = {argument["name"]: argument for argument in shown["arguments"]}
        self.assertTrue(by_name["output"]["required"])
        self.assertEqual(by_name["records"]["default"], "1000")
        self.assertEqual(by_name["order"]["allowed"], "up or down")

    def test_when_the_plugin_is_none_then_help_says_so(self):
        self.assert_refused(self.command("run", "/nowhere/job.so", "--help"), 2, "there is no file")


if __name__ == "__main__":
    unittest.main()
