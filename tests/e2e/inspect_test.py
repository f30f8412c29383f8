"""What people see of a running cluster: logs, stacks, flame graphs, and where a task host has crashed."""

import json
import time
import unittest
import urllib.error
import urllib.request

from cluster import Cluster, wait_until
from e2e_case import EndToEndCase

NO_WORKER = "0123456789abcdef" * 2


class InspectTest(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=1, slots=6).start()
        cls.addClassCleanup(cls.cluster.__exit__, None, None, None)
        cls.worker = cls.cluster.get("/taskmanagers")["taskmanagers"][0]["id"]

    def fetch(self, path):
        """(status, headers, text)"""
        url = f"http://127.0.0.1:{self.cluster.rest_port}/v1{path}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def run_job(self, how, *arguments, run_options=()):
        job = self.cluster.submit("misbehave", "--output", self.new_directory(), "--how", how,
                                  *arguments, run_options=run_options)
        self.addCleanup(self.cluster.run, "cancel", job, check=False)
        self.cluster.wait_state(job, "RUNNING")
        return job

    def vertices(self, job):
        return [vertex["id"] for vertex in self.cluster.get(f"/jobs/{job}")["vertices"]]

    def test_logs_are_listed_and_followed(self):
        job = self.run_job("none", "--records", 10**9, "--rate", 1000)
        for owner, name in ((f"/taskmanagers/{self.worker}", "worker-1"),
                            ("/jobmanager", "coordinator")):
            listed = self.cluster.get(f"{owner}/logs")["logs"]
            names = [log["name"] for log in listed]
            self.assertTrue(any(log.startswith(name) for log in names), names)
            self.assertEqual(any(log.startswith(job) for log in names), owner != "/jobmanager", names)
            status, headers, text = self.fetch(f"{owner}/log")
            self.assertEqual(status, 200)
            self.assertTrue(headers["Content-Type"].startswith("text/plain"))
            self.assertIn("INFO", text)
            # Followed from where the last answer has ended.
            _, headers, begin = self.fetch(f"{owner}/log?offset=0&max=10")
            self.assertEqual(len(begin), 10)
            self.assertGreaterEqual(int(headers["X-Log-Size"]), len(text.encode()))
            _, _, rest = self.fetch(f"{owner}/log?offset={headers['X-Log-Next']}&max=100")
            self.assertTrue(text.startswith(begin + rest[:50]))
            log = next(log["name"] for log in listed)
            self.assertEqual(self.fetch(f"{owner}/logs/{log}")[0], 200)

    def test_other_files_are_not_served(self):
        for name in ("coordinator.out", "..%2f..%2fetc%2fpasswd", "%2e%2e", "token", "supervisor.out"):
            status, _, _ = self.fetch(f"/taskmanagers/{self.worker}/logs/{name}")
            self.assertIn(status, (400, 404), name)
        self.assertEqual(self.fetch(f"/taskmanagers/{NO_WORKER}/logs")[0], 404)
        self.assertEqual(self.fetch(f"/taskmanagers/{NO_WORKER}/thread-dump")[0], 404)

    def test_dumps_show_a_task_that_is_stuck_in_user_code(self):
        job = self.run_job("hang", "--at", 10)
        source = self.vertices(job)[0]

        def stuck():
            _, _, text = self.fetch(f"/jobs/{job}/vertices/{source}/stacks")
            infos = json.loads(text)["threadInfos"]
            return [info for info in infos if "Misbehave" in info["stringifiedThreadInfo"]]
        info = wait_until(stuck, "the stuck task is seen")[0]
        self.assertRegex(info["threadName"], r"misbehave.*\(1/1\)$")
        self.assertRegex(info["stringifiedThreadInfo"], r"nanosleep")

        _, _, text = self.fetch(f"/taskmanagers/{self.worker}/thread-dump")
        names = [info["threadName"] for info in json.loads(text)["threadInfos"]]
        self.assertIn("worker: agent", names)
        self.assertTrue(any(name.startswith("misbehave: ") for name in names), names)
        _, _, text = self.fetch("/jobmanager/thread-dump")
        self.assertIn("coordinator: rpc", [i["threadName"] for i in json.loads(text)["threadInfos"]])

        graph = self.flame_graph(job, source, "off_cpu")
        self.assertIn("Misbehave", json.dumps(graph))

    def flame_graph(self, job, vertex, kind):
        """As soon as there are samples."""
        path = f"/jobs/{job}/vertices/{vertex}/flamegraph?type={kind}"
        first = self.cluster.get(path)
        self.assertEqual((first["endTimestamp"], first["data"]), (-1, None))
        answer = wait_until(lambda: (got := self.cluster.get(path)) and got["data"] and got, "samples")
        self.assertLess(abs(answer["endTimestamp"] - time.time() * 1000), 30_000)
        return answer["data"]

    def test_a_flame_graph_names_the_functions_of_the_job(self):
        job = self.run_job("none", "--records", 10**12, "--rate", 10**9)
        source = self.vertices(job)[0]
        data = self.flame_graph(job, source, "on_cpu")
        self.assertEqual(data["name"], "root")
        self.assertGreater(data["value"], 0)  # few on a machine that is busy with others
        text = json.dumps(data)
        self.assertIn("Number", text)  # the job's own type
        self.assertIn("penstock::Task::Run", text)
        self.assertEqual(self.fetch(f"/jobs/{job}/vertices/{source}/flamegraph?type=cold")[0], 400)
        self.assertEqual(
            self.fetch(f"/jobs/{job}/vertices/{source}/flamegraph?subtaskindex=7")[0], 404)

    def test_a_crash_shows_where_it_was(self):
        for how, signal, function in (("segfault", "SIGSEGV", "Misbehave"),
                                      ("stack", "SIGSEGV", "Recurse"),
                                      ("abort", "SIGABRT", "Misbehave")):
            with self.subTest(how):
                job = self.run_job(how, "--at", 20000, run_options=(
                    "-D", "restart-strategy.type=none"))
                wait_until(lambda: self.cluster.job_state(job) == "FAILED", "the job fails")
                entry = self.cluster.get(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"][0]
                self.assertIn(signal, entry["stacktrace"])
                self.assertRegex(entry["stacktrace"], rf"(?m)^    at .*{function}")

    def watch(self, path):
        """The stream, and its events as (seconds since it began, event, data)."""
        url = f"http://127.0.0.1:{self.cluster.rest_port}/v1{path}"
        stream = urllib.request.urlopen(url, timeout=20)
        self.addCleanup(stream.close)
        self.assertEqual(stream.headers["Content-Type"], "text/event-stream")

        def events():
            start, event = time.monotonic(), None
            for line in stream:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    yield time.monotonic() - start, event, value
        return stream, events()

    def task_host_log(self, job):
        logs = self.cluster.get(f"/taskmanagers/{self.worker}/logs")["logs"]
        name = next(log["name"] for log in logs if log["name"].startswith(job))
        return self.fetch(f"/taskmanagers/{self.worker}/logs/{name}")[2]

    def test_records_are_shown_while_somebody_watches(self):
        job = self.run_job("none", "--records", 10**12, "--rate", 20000)
        path = f"/jobs/{job}/vertices/{self.vertices(job)[0]}/records"
        self.assertNotIn("records are watched", self.task_host_log(job))
        stream, events = self.watch(f"{path}?operator=numbers")
        records, dropped = [], 0
        for seconds, event, data in events:
            if event == "record":
                records.append((seconds, json.loads(data)))
            elif event == "dropped":
                dropped += json.loads(data)["count"]
            if seconds > 4:
                break
        stream.close()
        shown = [record for _, record in records]
        self.assertGreaterEqual(len(shown), 12)
        for record in shown:
            self.assertEqual((record["operator"], record["subtask"]), ("numbers", 0))
        values = [record["record"] for record in shown]  # their only field is called "value"
        self.assertEqual(values, sorted(set(values)))
        self.assertGreater(dropped, len(shown))
        for begin in range(4):  # what comes late by the network may add one interval
            self.assertLessEqual(sum(begin <= s < begin + 1 for s, _ in records), 50 + 12)
        self.assertLessEqual(len(shown), 50 * 4 + 12)
        self.assertIn("records are watched", self.task_host_log(job))
        wait_until(lambda: "records are no longer watched" in self.task_host_log(job),
                   "the tap is closed", timeout=5)

        # The last operator with an output when none is named; the stream ends at the limit.
        _, events = self.watch(f"{path}?limit=3")
        names = [event for _, event, _ in events if event != "dropped"]
        self.assertEqual(names, ["record"] * 3 + ["end"])
        self.assertEqual(self.cluster.job_state(job), "RUNNING")

    def test_records_that_nobody_reads_cannot_be_watched(self):
        job = self.run_job("none", "--records", 10**12, "--rate", 1000)
        path = f"/jobs/{job}/vertices/{self.vertices(job)[0]}/records"
        for query, status, error in (("operator=out", 404, "no records that can be shown leave 'out'"),
                                     ("operator=nobody", 404, "has no operator 'nobody'"),
                                     ("limit=0", 400, "'limit' must be")):
            got, _, text = self.fetch(f"{path}?{query}")
            self.assertEqual(got, status, query)
            self.assertIn(error, text)
        self.cluster.run("cancel", job)
        self.cluster.wait_state(job, "CANCELED")
        self.assertEqual(self.fetch(path)[0], 409)


if __name__ == "__main__":
    unittest.main()
