#!/usr/bin/env python3
"""The commands that a cluster is operated by: top, logs, bottleneck, diagnose, dashboard; and the log files."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tarfile
import termios
import unittest

from cluster import PENSTOCK, Cluster, wait_until
from e2e_case import NO_JOB, EndToEndCase

SLOW = ["--records", "2000000", "--rate", "20000"]
OFTEN = ["-D", "execution.checkpointing.interval=200 ms"]


class Terminal:
    """A command on a pseudo-terminal of a given size."""

    def __init__(self, words, columns=80, rows=24):
        self.parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(child)
        self.child = child
        self.process = subprocess.Popen([PENSTOCK, *map(str, words)], stdin=child, stdout=child,
                                        stderr=child, env={**os.environ, "TERM": "xterm"})
        self.text = ""

    def read(self, seconds=0.1):
        ready, _, _ = select.select([self.parent], [], [], seconds)
        if ready:
            self.text += os.read(self.parent, 1 << 16).decode(errors="replace")

    def await_text(self, text):
        """Waits until the terminal has got `text`, after what was awaited before."""
        def seen():
            self.read()
            return text in self.text
        wait_until(seen, f"{text!r} on the terminal; there is {self.text[-3000:]!r}")
        self.text = self.text.split(text, 1)[1]

    def press(self, keys):
        os.write(self.parent, keys.encode())

    def end(self, timeout=20):
        """The exit code, everything having been read."""
        def ended():
            self.read(0.01)
            return self.process.poll() is not None
        wait_until(ended, "the command ends", timeout)
        self.read(0.2)
        return self.process.returncode

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.parent)
        os.close(self.child)


class OperateTest(EndToEndCase):

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=4, options={"log.format": "json"})
        cls.enterClassContext(cls.cluster)
        cls.token = (cls.cluster.directory / "data" / "token").read_text().strip()

    def command(self, *words, **options):
        return self.cluster.run(*words, check=False, **options)

    def done(self, *words, **options):
        return self.assert_done(self.command(*words, **options))

    def start_slow_job(self):
        job = self.cluster.submit("kill_check", "--output", self.new_directory() / "out", *SLOW,
                                  run_options=OFTEN)
        self.addCleanup(self.command, "cancel", job)
        self.cluster.wait_state(job, "RUNNING")
        return job

    def terminal(self, command, *words, **size):
        terminal = Terminal([command, *self.cluster.definitions(), *words], **size)
        self.addCleanup(terminal.close)
        return terminal

    # ---- dashboard ----

    def test_when_the_dashboard_is_asked_for_then_its_address_has_the_token(self):
        url = f"http://127.0.0.1:{self.cluster.rest_port}/#token={self.token}"
        self.assertEqual(self.done("dashboard").stdout, url + "\n")
        self.assertEqual(json.loads(self.done("cluster", "status", "-o", "json").stdout)["dashboard"], url)
        self.assertIn(f"dashboard: {url}\n", self.done("cluster", "status").stdout)

    # ---- top ----

    def test_when_top_is_no_terminal_then_one_table(self):
        job = self.start_slow_job()
        lines = self.done("top").stdout.splitlines()
        self.assertRegex(lines[0], r"^JOB ID +NAME +STATE +FOR +IN/S +OUT/S +BUSY +BACKPR +LAG +CKPT$")
        self.assertTrue(any(re.match(rf"{job}  kill_check +RUNNING", line) for line in lines[1:]))
        answer = json.loads(self.done("top", "--once", "-o", "json").stdout)
        self.assertEqual(answer["slots"], 8)
        self.assertEqual(len(answer["workers"]), 2)
        self.assertIn(job, [shown["id"] for shown in answer["jobs"]])
        self.assertTrue(answer["jobs"][0]["vertices"])

    def test_when_top_is_on_a_terminal_then_keys_work_and_the_terminal_is_restored(self):
        self.start_slow_job()
        top = self.terminal("top")
        top.await_text("\033[?1049h")
        top.await_text("8 slots in use")
        top.await_text("kill_check")
        top.press("n")
        top.await_text("(name)")
        top.press("\r")
        top.await_text("TASK")
        top.await_text("esc back")
        top.press("\033")
        top.await_text("JOB")
        top.press("q")
        self.assertEqual(top.end(), 0)
        self.assertIn("\033[?1049l", top.text)
        self.assertEqual(termios.tcgetattr(top.child), top.before)

    def test_when_top_is_ended_by_a_signal_then_the_terminal_is_restored(self):
        top = self.terminal("top")
        top.await_text("slots in use")
        top.process.send_signal(signal.SIGTERM)
        self.assertEqual(top.end(), 130)
        self.assertIn("\033[?1049l", top.text)
        self.assertEqual(termios.tcgetattr(top.child), top.before)

    # ---- logs ----

    def test_when_a_job_is_followed_then_its_events_come_until_it_has_ended(self):
        job = self.start_slow_job()
        words = ["logs", *self.cluster.definitions(), "-f", job]
        follow = subprocess.Popen([PENSTOCK, *map(str, words)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        first = follow.stdout.readline()  # it follows
        self.done("cancel", job)
        story = first + follow.stdout.read()
        self.assertEqual(follow.wait(30), 0, follow.stderr.read())
        follow.stdout.close()
        follow.stderr.close()
        self.assertRegex(story, r"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z job is RUNNING$")
        self.assertRegex(story, r"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z job is CANCELED$")

    def test_when_the_coordinator_s_log_is_asked_for_then_its_lines_are_json(self):
        self.start_slow_job()
        lines = self.done("logs", "--coordinator").stdout.splitlines()
        self.assertTrue(lines)
        for line in lines:
            self.assertIn("message", json.loads(line))

    def test_when_a_worker_s_log_is_asked_for_then_the_beginning_of_its_id_does(self):
        worker = self.cluster.get("/taskmanagers")["taskmanagers"][0]["id"]
        self.assertTrue(self.done("logs", "--worker", worker[:8]).stdout)
        names = self.done("logs", "--worker", worker, "--list", "-o", "name").stdout.split()
        self.assertTrue(any(re.fullmatch(r"worker-\d\.log", name) for name in names), names)
        self.assert_refused(self.command("logs", "--worker", "zz"), 5, "no worker zz")
        self.assert_refused(self.command("logs"), 2, "whose logs")
        self.assert_refused(self.command("logs", "--worker", worker, "--file", "nothing.log"), 5,
                            "nothing.log")

    def test_when_a_log_is_full_then_it_is_put_aside(self):
        with Cluster(workers=1, options={"log.max-file-size": "4k", "log.max-files": 2,
                                         "log.level": "trace"}) as small:
            logs = small.directory / "data" / "logs"
            for run in range(12):
                small.run("run", PENSTOCK.parent.parent / "jobs/word_count.so", "--input", __file__,
                          "--output", small.directory / f"out-{run}")
            wait_until(lambda: (logs / "coordinator.1.log").exists() or
                       (logs / "worker-1.1.log").exists(), "a log is put aside")
            for log in logs.glob("*.log"):
                self.assertLess(log.stat().st_size, 1 << 14, log)

    # ---- bottleneck, diagnose ----

    def test_when_the_bottleneck_is_asked_for_then_there_is_an_answer(self):
        job = self.start_slow_job()
        self.assertRegex(self.done("bottleneck", job).stdout, r"(?i)bottleneck")
        self.assertIn("bottleneck", json.loads(self.done("bottleneck", "-o", "json", job).stdout))
        self.assert_refused(self.command("bottleneck", NO_JOB), 5, "there is no job")

    def unpack(self, path):
        with tarfile.open(path) as archive:
            return {member.name.split("/", 1)[1]: archive.extractfile(member).read().decode()
                    for member in archive.getmembers()}

    def test_when_diagnosed_then_the_archive_has_everything_but_secrets(self):
        job = self.start_slow_job()
        path = self.new_directory() / "report.tar.gz"
        result = self.done("diagnose", "-o", path)
        self.assertEqual(result.stdout, f"{path}\n")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        files = self.unpack(path)
        secret = (self.cluster.directory / "data" / "secret").read_text().strip()
        for name, content in files.items():
            self.assertNotIn(self.token, content, name)
            self.assertNotIn(secret, content, name)
        for name in ("cluster/overview.json", "cluster/taskmanagers.json", "local/version.txt",
                     "local/configuration.yaml", "local/processes.txt", f"cluster/jobs/{job}.json",
                     f"cluster/jobs/{job}/checkpoints.json", f"cluster/jobs/{job}/logs.txt",
                     "logs/jobmanager/coordinator.log"):
            self.assertIn(name, files, files["MANIFEST"])
            self.assertIn(f"ok       {name}  ", files["MANIFEST"])
        self.assertEqual(json.loads(files[f"cluster/jobs/{job}.json"])["jid"], job)
        self.assert_refused(self.command("diagnose", "-o", path), 6, "exists already")

    def test_when_the_coordinator_is_gone_then_diagnose_takes_what_is_on_this_machine(self):
        with Cluster(workers=1) as other:
            token = (other.directory / "data" / "token").read_text().strip()
            other.run("cluster", "stop")
            path = self.new_directory() / "report.tar.gz"
            self.assert_done(other.run("diagnose", "-o", path, check=False))
            files = self.unpack(path)
            self.assertIn("local/logs/coordinator.log", files)
            self.assertIn("missing  cluster/overview.json", files["MANIFEST"])
            self.assertNotIn(token, "".join(files.values()))


if __name__ == "__main__":
    unittest.main()
