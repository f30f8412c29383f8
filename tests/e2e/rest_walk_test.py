#!/usr/bin/env python3
"""Every path of docs/reference/openapi.json against a real cluster, with and without /v1: each answer must be what the
document says, and the document must have what Flink's clients read. The result is docs/reference/rest-walk.md; with
--write it is written, else it must be that."""

import http.client
import itertools
import json
import sys
import unittest

from cluster import JOBS, ROOT, Cluster, wait_until
from e2e_case import NO_JOB, EndToEndCase
from rest_description import Description, flink, names

TABLE = ROOT / "docs/reference/rest-walk.md"
WRITE = "--write" in sys.argv
BOTH = ("/v1", "")


def table(description, data):
    """docs/reference/rest-walk.md."""
    rows = []
    for name, operation in description.operations().items():
        method, path = name.split()
        status, _, schema = description.success(operation)
        entry = data["operations"].get(name)
        if entry is None:
            rows.append(f"| {method} `{path}` | {status} | | Penstock's own |")
            continue
        wanted = names(entry["fields"])
        here = [field for field in wanted if description.has(schema, field)]
        reasons = {}
        for field, reason in entry.get("absent", {}).items():
            reasons.setdefault(reason, []).append(f"`{field}`")
        said = "; ".join(f"{', '.join(fields)}: {reason}" for reason, fields in reasons.items())
        count = f"{len(here)} of {len(wanted)}" if wanted else "no object"
        rows.append(f"| {method} `{path}` | {status} | {count} | {said} |")
    for name in data["refused"]:
        method, path = name.split()
        rows.append(f"| {method} `{path}` | 501 | | there is no such thing; the answer says what to use instead |")
    return ("# REST: what of Flink is here\n\n"
            "Written by `python3 tests/e2e/rest_walk_test.py --write`, which asks a running cluster for every path, with and\n"
            "without `/v1`, and checks each answer against [openapi.json](openapi.json). Members are those that clients of\n"
            "Flink read, counted within each other.\n\n"
            "| path | status | members | absent, and why |\n|---|---|---|---|\n" + "\n".join(rows) + "\n")


class RestWalkTest(EndToEndCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.data = flink()
        cls.description = Description()
        cls.cluster = Cluster(workers=2, slots=8)
        cls.enterClassContext(cls.cluster)
        cls.token = (cls.cluster.directory / "data/token").read_text().strip()
        cls.savepoints = cls.cluster.directory / "savepoints"
        cls.walked = set()
        cls.plugin = None
        cls.outputs = itertools.count()

    def ask(self, method, target, body=None, kind="application/json"):
        """Status and response, with the body read unless it is a stream."""
        connection = http.client.HTTPConnection("127.0.0.1", self.cluster.rest_port, timeout=60)
        self.addCleanup(connection.close)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection.request(method, target, body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        response = connection.getresponse()
        stream = response.getheader("Content-Type", "").startswith("text/event-stream")
        return response, (response.read1(1) if stream else response.read())

    def walk(self, name, values=None, body=None, prefixes=BOTH, query="", kind="application/json"):
        """Asks for an operation in each form and checks the answers; returns the last."""
        method, path = name.split()
        status, content_type, schema = self.description.success(self.description.operations()[name])
        answer = None
        for prefix in prefixes:
            target = prefix + path.format(**(values or {})) + query
            with self.subTest(target=f"{method} {target}"):
                response, text = self.ask(method, target, body, kind)
                self.assertEqual(response.status, status, text[:1000])
                if text:
                    self.assertIn(content_type, response.getheader("Content-Type"))
                if content_type == "application/json":
                    answer = json.loads(text)
                    self.assertEqual(self.description.problems(schema, answer), [])
        self.walked.add(name)
        return answer

    def upload(self, content, prefixes=BOTH, path="/jars/upload"):
        boundary = "walk"
        form = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"kill_check.so\"\r\n"
                "Content-Type: application/octet-stream\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.walk(f"POST {path}", body=form, prefixes=prefixes,
                         kind=f"multipart/form-data; boundary={boundary}")["filename"]

    def submission(self, **more):
        output = self.cluster.directory / f"out-{next(self.outputs)}"
        return {"programArgsList": ["--output", str(output), "--records", "100000000", "--partitions", "1",
                                    "--rate", "2000"],
                "parallelism": 1, "configuration": {"execution.checkpointing.interval": "200 ms"}, **more}

    def running(self, base="jars", prefix="/v1", **more):
        """A job of its own that has a checkpoint."""
        name = f"POST /{base}/{{jarid}}/run"
        job = self.walk(name, {"jarid": self.plugin}, self.submission(**more), [prefix])["jobid"]
        self.cluster.wait_state(job, "RUNNING")
        wait_until(lambda: self.cluster.completed_checkpoints(job) > 0, "a checkpoint")
        return job

    def completed(self, name, values, trigger):
        """Waits for what was asked for; returns its outcome."""
        target = "/v1" + name.split()[1].format(triggerid=trigger, **values)

        def done():
            answer = json.loads(self.ask("GET", target)[1])
            return answer["status"]["id"] == "COMPLETED" and answer
        return wait_until(done, target)["operation"]

    def requested(self, post, get, values, body):
        """Something that takes a while, in both forms; returns the outcomes."""
        outcomes = []
        for prefix in BOTH:
            trigger = self.walk(post, values, body, [prefix])["request-id"]
            outcomes.append(self.completed(get, values, trigger))
            self.walk(get, {**values, "triggerid": trigger})
        return outcomes

    def test_when_a_submission_is_sent_again_then_it_is_one_job_also_after_a_crash(self):
        type(self).plugin = self.upload((JOBS / "kill_check.so").read_bytes(), ["/v1"])
        body = self.submission(idempotencyKey="walk")
        first = self.walk("POST /jars/{jarid}/run", {"jarid": self.plugin}, body)["jobid"]
        self.cluster.kill(self.cluster.supervised("coordinator"))
        wait_until(lambda: self.cluster.get("/jobs"), "the coordinator is back")
        again = self.walk("POST /jars/{jarid}/run", {"jarid": self.plugin}, body)["jobid"]
        self.assertEqual(again, first)
        other = {**body, "jobName": "another"}
        response, text = self.ask("POST", f"/v1/jars/{self.plugin}/run", other)
        self.assertEqual(response.status, 409, text)
        self.walk("PATCH /jobs/{jobid}", {"jobid": first}, prefixes=["/v1"])
        self.cluster.wait_state(first, "CANCELED")

    def test_when_every_path_is_walked_then_each_answer_is_as_described(self):
        content = (JOBS / "kill_check.so").read_bytes()
        type(self).plugin = self.upload(content)
        self.upload(content, path="/plugins/upload")
        self.run_plugins()
        job = self.running()
        self.restart(job)
        self.walk_gets(job)
        self.take_snapshots(job)
        self.change(job)
        self.end_jobs(job)
        self.refuse()
        self.walk("DELETE /cluster", prefixes=["/v1"])
        missing = set(self.description.operations()) - self.walked
        self.assertEqual(missing, set(), "these operations are not walked")

    def run_plugins(self):
        values = {"jarid": self.plugin}
        for base in ("jars", "plugins"):
            self.walk(f"POST /{base}/{{jarid}}/plan", values, self.submission())
            self.walk(f"GET /{base}/{{jarid}}/plan", values,
                      query="?programArg=--output,/tmp/none,--records,10&parallelism=1")
        for prefix in BOTH:
            job = self.running("plugins", prefix)
            self.walk("PATCH /jobs/{jobid}", {"jobid": job}, prefixes=[prefix], query="?mode=cancel")
            self.cluster.wait_state(job, "CANCELED")
            self.walk("GET /jobs/{jobid}/execution-result", {"jobid": job})

    def restart(self, job):
        """So that there is a failure and an earlier attempt."""
        self.kill_a_host(job)
        failures = self.walk("GET /jobs/{jobid}/exceptions", {"jobid": job})["exceptionHistory"]["entries"]
        self.assertIn("SIGKILL", failures[0]["exceptionName"])
        self.assertEqual(failures[0]["attempt"], 0)

    def walk_gets(self, job):
        vertex = self.cluster.get(f"/jobs/{job}")["vertices"][0]["id"]
        worker = self.cluster.get("/taskmanagers")["taskmanagers"][0]["id"]
        values = {"jobid": job, "vertexid": vertex, "taskmanagerid": worker, "subtaskindex": 0, "attempt": 0,
                  "jarid": self.plugin}
        for name in self.description.operations():
            path = name.split()[1]
            if not name.startswith("GET ") or name in self.walked:
                continue
            if "{triggerid}" in path:
                continue
            if "{file}" in path:
                listed = self.cluster.get(path.replace("/{file}", "").format(**values))
                values["file"] = listed["logs"][0]["name"]
            if "{checkpointid}" in path:
                values["checkpointid"] = self.cluster.get(f"/jobs/{job}/checkpoints")["latest"]["completed"]["id"]
            self.walk(name, values)
        timeline = self.walk("GET /jobs/{jobid}/timeline", values)
        self.assertEqual({subtask["attempt"] for subtask in timeline["vertices"][0]["subtasks"]}, {0, 1})

    def take_snapshots(self, job):
        values = {"jobid": job}
        self.requested("POST /jobs/{jobid}/checkpoints", "GET /jobs/{jobid}/checkpoints/{triggerid}", values, {})
        taken = self.requested("POST /jobs/{jobid}/savepoints", "GET /jobs/{jobid}/savepoints/{triggerid}", values,
                               {"target-directory": str(self.savepoints)})
        for base in ("jars", "plugins"):
            fits = self.walk(f"POST /{base}/{{jarid}}/validate", {"jarid": self.plugin},
                             self.submission(savepointPath=taken[0]["location"]))
            self.assertTrue(fits["ok"], fits)
        for prefix, savepoint in zip(BOTH, taken):
            name = "GET /savepoint-disposal/{triggerid}"
            trigger = self.walk("POST /savepoint-disposal", None, {"savepoint-path": savepoint["location"]},
                                [prefix])["request-id"]
            self.assertEqual(self.completed(name, {}, trigger)["location"], savepoint["location"])
            self.walk(name, {"triggerid": trigger})

    def change(self, job):
        """The same parallelism once more is no restart."""
        name = "/jobs/{jobid}/resource-requirements"
        wanted = self.walk(f"GET {name}", {"jobid": job})
        self.walk(f"PUT {name}", {"jobid": job}, wanted)

    def end_jobs(self, job):
        again = self.running(prefix="")
        for prefix, ending in zip(BOTH, (job, again)):
            self.walk("POST /jobs/{jobid}/stop", {"jobid": ending}, {"targetDirectory": str(self.savepoints)}, [prefix])
            self.cluster.wait_state(ending, "FINISHED")
        for prefix in BOTH:
            for base in ("jars", "plugins"):
                other = self.upload(f"no plugin {base} {prefix}".encode(), [prefix])
                self.walk(f"DELETE /{base}/{{jarid}}", {"jarid": other}, prefixes=[prefix])

    def refuse(self):
        values = {"jobid": NO_JOB, "triggerid": NO_JOB, "datasetid": NO_JOB, "taskmanagerid": NO_JOB}
        schema = {"$ref": "#/components/schemas/Error"}
        expected = {name: 501 for name in self.data["refused"]}
        expected |= {"GET /jobs/{jobid}": 404, "GET /jobs/{jobid}/nothing": 404, "PUT /jobs/{jobid}": 405,
                     "GET /taskmanagers/{taskmanagerid}": 404, "GET /jobs/short": 400}
        for name, status in expected.items():
            method, path = name.split()
            for prefix in BOTH:
                with self.subTest(name=name, prefix=prefix):
                    response, text = self.ask(method, prefix + path.format(**values))
                    self.assertEqual(response.status, status, text)
                    self.assertEqual(self.description.problems(schema, json.loads(text)), [])


class RestTableTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.data = flink()
        self.description = Description()

    def test_when_flinks_clients_read_a_member_then_it_is_there_or_said_why_not(self):
        operations = self.description.operations()
        for name, entry in self.data["operations"].items():
            with self.subTest(name):
                schema = self.description.success(operations[name])[2]
                missing = {".".join(field) for field in names(entry["fields"]) if not self.description.has(schema, field)}
                self.assertEqual(missing, set(entry.get("absent", {})))

    def test_when_the_table_is_made_then_it_is_the_committed_one(self):
        made = table(self.description, self.data)
        if WRITE:
            TABLE.write_text(made)
        self.assertEqual(TABLE.read_text(), made, "run python3 tests/e2e/rest_walk_test.py --write")


if __name__ == "__main__":
    unittest.main(argv=[argument for argument in sys.argv if argument != "--write"])
