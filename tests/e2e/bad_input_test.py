#!/usr/bin/env python3
"""Mistakes of users: each gives `error:` and `hint:`, the right exit code, and leaves nothing half-done."""

import os
import socket
import subprocess
import unittest

from cluster import JOBS, PENSTOCK, Cluster, wait_until
from e2e_case import JOB_ID, NO_JOB, TEXT, EndToEndCase

WORDS = JOBS / "word_count.so"
FLIGHT = '{"date":"2001/01/01 00:47","delay":66,"distance":1750,"origin":"DTW","destination":"LAS"}\n'


class PluginAndArgumentTest(EndToEndCase):
    """What is refused at submission: no job comes of it."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=2)
        cls.enterClassContext(cls.cluster)

    def setUp(self):
        self.directory = self.new_directory()
        self.output = self.directory / "out"

    def refused(self, code, *words, plugin=WORDS, arguments=None, options=()):
        """The run is refused, and neither a job nor output comes of it."""
        if arguments is None:
            arguments = ["--input", TEXT, "--output", self.output]
        jobs = self.lists("-a").keys()
        result = self.cluster.run("run", *options, plugin, *arguments, check=False)
        self.assert_refused(result, code, *words)
        self.assertEqual(self.lists("-a").keys(), jobs)
        self.assertFalse(self.output.exists())

    def file(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return path

    def test_when_the_plugin_is_missing_then_not_found(self):
        missing = self.directory / "none.so"
        self.refused(5, "there is no file", str(missing), plugin=missing)
        self.refused(2, "is a directory", plugin=self.directory)

    def test_when_the_plugin_is_empty_or_foreign_then_refused_by_its_name(self):
        self.refused(2, "empty.so is not a plugin", "is empty", plugin=self.file("empty.so", b""))
        self.refused(2, "text.so is not a plugin", "no ELF file",
                     plugin=self.file("text.so", b"not a plugin\n" * 100))

    def test_when_an_elf_file_has_no_job_then_refused(self):
        self.refused(2, "is not a plugin", plugin=self.file("true.so", PENSTOCK.read_bytes()))

    def test_when_the_plugin_is_truncated_anywhere_then_refused(self):
        whole = WORDS.read_bytes()
        for size in (3, 15, 63, 64, 200, len(whole) // 2, len(whole) * 9 // 10, len(whole) - 1):
            with self.subTest(size=size):
                name = f"cut-{size}.so"
                self.refused(2, f"{name} is not a plugin", plugin=self.file(name, whole[:size]))

    def test_when_the_note_names_another_abi_or_instruction_set_then_refused_before_it_is_loaded(self):
        whole = WORDS.read_bytes()
        for name, right, wrong, said in (
                ("abi.so", b"abi=6\n", b"abi=9\n", "plugin interface version is 9"),
                ("gcc.so", b"compiler=g++-12", b"compiler=g++-99", "compiler is g++-99"),
                ("march.so", b"march=x86-64-v2", b"march=x86-64-v9", "instruction set x86-64-v9")):
            with self.subTest(name):
                self.assertEqual(whole.count(right), 1)
                self.refused(2, name, said, plugin=self.file(name, whole.replace(right, wrong)))

    def test_when_the_plan_of_a_foreign_file_is_asked_then_refused(self):
        plugin = self.file("text.so", b"not a plugin\n" * 100)
        self.assert_refused(self.cluster.run("info", plugin, check=False), 2, "no ELF file")

    def test_when_the_input_is_missing_then_refused(self):
        self.refused(2, "operator 'lines'", "there is no file /nowhere/text",
                     arguments=["--input", "/nowhere/text", "--output", self.output])

    def test_when_the_output_cannot_be_written_then_refused(self):
        self.file("file", b"")
        for output in (self.directory / "file", self.directory / "file/below"):
            self.refused(2, "operator 'counts'", "is not a directory",
                         arguments=["--input", TEXT, "--output", output])

    def test_when_arguments_are_wrong_then_all_are_named(self):
        self.refused(2, "unknown argument --colour", "this job knows --input <path>",
                     arguments=["--input", TEXT, "--output", self.output, "--colour", "red"])
        self.refused(2, "argument --input is missing", "argument --output is missing", arguments=[])
        self.refused(2, "--records is 'many', which is no integer", plugin=JOBS / "kill_check.so",
                     arguments=["--output", self.output, "--records", "many"])
        self.refused(2, "unexpected job argument 'stray'", arguments=["stray"])
        self.refused(2, "--input is given twice", arguments=["--input", "a", "--input", "b"])

    def test_when_the_configuration_is_wrong_then_the_nearest_key_is_suggested(self):
        self.refused(2, "rest.prot", "did you mean 'rest.port'?", options=["-D", "rest.prot=1"])
        self.refused(2, "parallelism.default", options=["-D", "parallelism.default=much"])
        self.refused(2, options=["-p", "0"])
        self.refused(2, options=["--no-such-option"])

    def test_when_the_configuration_file_is_wrong_then_it_is_named_with_the_line(self):
        twice = self.file("twice.yaml", b"rest.port: 1\nrest.port: 2\n")
        self.refused(2, "twice.yaml", "rest.port", options=["--config", twice])
        mixed = self.file("mixed.yaml", b"rest:\n  port: 1\nrest.port: 2\n")
        self.refused(2, "mixed.yaml", "rest.port", options=["--config", mixed])
        broken = self.file("broken.yaml", b"rest: [1\n")
        self.refused(2, "broken.yaml", options=["--config", broken])
        self.refused(2, "none.yaml", options=["--config", self.directory / "none.yaml"])

    def test_when_the_command_is_wrong_then_usage(self):
        for words in (["bogus"], ["run"], ["list", "-o", "pie"], []):
            result = subprocess.run([PENSTOCK, *words], capture_output=True, text=True, check=False)
            self.assert_refused(result, 2)

    def test_when_a_line_is_malformed_then_the_job_fails_and_names_file_record_and_byte(self):
        path = self.file("bad.json", (FLIGHT * 3).encode() + b'{"date":"2001/01/01","delay":x}\n')
        result = self.cluster.run("run", JOBS / "flight_delays.so", "--input", path, "--output",
                                  self.output, check=False, timeout=30)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertRegex(result.stderr, rf"(?m)^error: job \w+ has FAILED .*operator 'flights'.*{path}")
        self.assertRegex(result.stderr, rf"record 4\b.*byte {3 * len(FLIGHT)}\b")
        self.assertRegex(result.stderr, r"(?m)^hint: \S")
        self.assertEqual(list(self.output.rglob("part-*")), [])

    def test_when_the_output_has_parts_of_another_run_then_the_job_fails_and_they_stay(self):
        words = ["run", WORDS, "--input", TEXT, "--output", self.output]
        self.assert_done(self.cluster.run(*words))
        before = {path: path.read_bytes() for path in self.output.rglob("part-*")}
        result = self.cluster.run(*words, check=False, timeout=30)
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("has output of another run already", result.stderr)
        self.assertRegex(result.stderr, r"(?m)^hint: \S")
        self.assertEqual({path: path.read_bytes() for path in self.output.rglob("part-*")}, before)


class ServerTest(EndToEndCase):
    """A coordinator that can't start, or isn't there."""

    def setUp(self):
        self.other = Cluster(workers=1)  # not started
        self.addCleanup(subprocess.run, ["rm", "-rf", self.other.directory], check=False)

    def nothing_runs(self):
        data = self.other.directory / "data"
        self.assertFalse((data / "cluster.json").exists())
        self.assertIsNone(self.other.get("/overview"))

    def test_when_no_coordinator_answers_then_unreachable(self):
        for words in (["list"], ["workers"], ["cancel", NO_JOB], ["wait", "--timeout", "200 ms", NO_JOB],
                      ["run", "-d", WORDS, "--input", TEXT, "--output", "/nowhere"]):
            with self.subTest(words[0]):
                result = self.other.run(*words, check=False)
                code = 8 if words[0] == "wait" else 7
                self.assert_refused(result, code)

    def test_when_the_rest_port_is_in_use_then_conflict_and_nothing_runs(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.other.rest_port))
            taken.listen()
            port = str(self.other.rest_port)
            self.assert_refused(self.other.run("coordinator", check=False, timeout=30), 6, port)
            taken.close()
        self.nothing_runs()

    def test_when_the_rest_port_is_in_use_then_the_cluster_does_not_start(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.other.rest_port))
            taken.listen()
            result = self.other.run("cluster", "start", check=False, timeout=60)
            self.assert_refused(result, 6, str(self.other.rest_port))
        self.nothing_runs()

    def test_when_the_rpc_port_is_in_use_then_the_cluster_does_not_start(self):
        with socket.socket() as taken:
            port = self.other.options["coordinator.rpc.port"]
            taken.bind(("127.0.0.1", port))
            taken.listen()
            self.assert_refused(self.other.run("coordinator", check=False, timeout=30), 6, str(port))
            result = self.other.run("cluster", "start", check=False, timeout=60)
            self.assertNotEqual(result.returncode, 0)
            self.assert_refused(result, result.returncode, str(port))
        self.nothing_runs()

    def test_when_a_file_is_in_the_way_of_the_data_directory_then_said_and_nothing_runs(self):
        (self.other.directory / "data").write_text("")
        for words in (["coordinator"], ["cluster", "start"]):
            with self.subTest(words[-1]):
                result = self.other.run(*words, check=False, timeout=60)
                self.assert_refused(result, 1, str(self.other.directory / "data"))

    def test_when_a_file_is_in_the_way_of_the_checkpoint_directory_then_said_and_nothing_runs(self):
        (self.other.directory / "file").write_text("")
        self.other.options["execution.checkpointing.dir"] = self.other.directory / "file"
        result = self.other.run("coordinator", check=False, timeout=30)
        self.assert_refused(result, 1, str(self.other.directory / "file"))

    def test_when_the_bind_address_is_not_loopback_then_refused(self):
        self.other.options["rest.bind-address"] = "0.0.0.0"
        result = self.other.run("coordinator", check=False, timeout=30)
        self.assert_refused(result, 2, "rest.bind-address")

    def test_when_a_second_coordinator_uses_the_data_directory_then_conflict(self):
        with Cluster(workers=1) as running:
            second = Cluster(workers=1, options={"penstock.data-dir": running.directory / "data"})
            self.addCleanup(os.rmdir, second.directory)
            result = second.run("coordinator", check=False, timeout=30)
            self.assert_refused(result, 6, "another coordinator", str(running.directory / "data"))
            self.assertEqual(running.get("/overview")["taskmanagers"], 1)

    def test_when_the_token_is_missing_then_not_authorised(self):
        with Cluster(workers=1) as running:
            stranger = Cluster(workers=1, options={"rest.port": running.rest_port})
            self.addCleanup(os.rmdir, stranger.directory)
            result = stranger.run("run", "-d", WORDS, "--input", TEXT, "--output", "/nowhere",
                                  check=False)
            self.assert_refused(result, 4, "token")
            self.assert_refused(stranger.run("cancel", NO_JOB, check=False), 4, "token")
            self.assertEqual(running.get("/jobs")["jobs"], [])


class NoSlotsTest(EndToEndCase):

    def test_when_there_are_too_few_slots_then_run_and_list_say_so_and_a_new_worker_starts_the_job(self):
        cluster = self.enterContext(Cluster(workers=1, slots=1))
        output = self.new_directory() / "out"
        words = ["run", *cluster.definitions(), "-p", "2", WORDS, "--input", TEXT, "--output", output]
        run = subprocess.Popen([PENSTOCK, *map(str, words)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        job = JOB_ID.search(run.stdout.readline())[0]
        waits = rf"{job}  word_count  CREATED \(.*2 slots.*\)"
        wait_until(lambda: "(" in cluster.run("list").stdout, "list says why the job waits")
        self.assertRegex(cluster.run("list", "-s").stdout, waits)
        self.assertEqual(cluster.run("list", "-r", "-o", "name").stdout, "")
        worker = subprocess.Popen([PENSTOCK, "worker", *cluster.definitions()],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _, messages = run.communicate(timeout=30)
        finally:
            worker.terminate()
            worker.wait(timeout=30)
        self.assertEqual(run.returncode, 0, messages)
        self.assertRegex(messages, rf"(?m)^Job {job} is CREATED \(.*2 slots.*\)\.$")
        self.assertTrue(list(output.glob("part-*")))


if __name__ == "__main__":
    unittest.main()
