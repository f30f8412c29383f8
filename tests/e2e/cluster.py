"""A real Penstock cluster for end-to-end tests: real processes, free ports, a directory of its own."""

import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PENSTOCK_BUILD", ROOT / "build"))
PENSTOCK = BUILD / "bin" / "penstock"
JOBS = BUILD / "jobs"


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, timeout=30.0):
    """Polls `condition` until it returns something true, and returns that; fails loudly at the time-out."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out after {timeout} s: {what}")
        time.sleep(0.005)


def processes():
    """(pid, parent, command line) of every process."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        parent = int(stat.rsplit(")", 1)[1].split()[1])
        found.append((int(entry.name), parent, [part.decode(errors="replace") for part in command]))
    return found


class Cluster:
    """`penstock cluster start` with its own data directory; use as a context manager."""

    def __init__(self, workers=2, slots=2, options=None):
        self.workers = workers
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="penstock-e2e-"))
        self.rest_port = free_port()
        self.options = {
            "penstock.data-dir": self.directory / "data",
            "rest.port": self.rest_port,
            "coordinator.rpc.port": free_port(),
            "taskmanager.numberOfTaskSlots": slots,
            "worker.memory": "1g",
            **(options or {}),
        }

    def definitions(self):
        return [word for key, value in self.options.items() for word in ("-D", f"{key}={value}")]

    def run(self, *command, check=True, timeout=120, **kwargs):
        """Runs a penstock command against this cluster; returns the CompletedProcess."""
        words = list(command)
        position = 2 if words[0] in ("cluster", "config", "state") else 1
        words[position:position] = self.definitions()
        result = subprocess.run([PENSTOCK, *map(str, words)], capture_output=True, text=True,
                                timeout=timeout, **kwargs)
        if check and result.returncode != 0:
            raise AssertionError(f"penstock {' '.join(map(str, command))}: exit code "
                                 f"{result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def start(self):
        self.run("cluster", "start", "--workers", str(self.workers))
        return self

    def stop(self):
        self.run("cluster", "stop", check=False)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self.print_logs()
        self.stop()
        subprocess.run(["rm", "-rf", str(self.directory)], check=False)

    def print_logs(self):
        # Unlike rglob, glob does not mind directories that go meanwhile.
        for log in map(pathlib.Path, sorted(glob.glob(f"{self.directory}/data/**/logs/*", recursive=True))):
            if log.is_file():
                lines = log.read_text(errors="replace").splitlines()[-40:]
                print(f"==> {log}", *lines, sep="\n", flush=True)

    def get(self, path):
        """A GET of the REST API; None while the coordinator does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest_port}/v1{path}",
                                        timeout=10) as answer:
                return json.load(answer)
        except OSError:
            return None

    def submit(self, job, *arguments, run_options=()):
        """Submits build/jobs/<job>.so, detached; returns the job's id."""
        result = self.run("run", "-d", *run_options, JOBS / f"{job}.so", *arguments)
        prefix = "Job has been submitted with JobID "
        line = next(line for line in result.stdout.splitlines() if line.startswith(prefix))
        return line[len(prefix):]

    def job_state(self, job):
        answer = self.get(f"/jobs/{job}")
        return answer["state"] if answer else None

    def wait_state(self, job, state, timeout=60.0):
        def reached():
            now = self.job_state(job)
            assert now not in {"FAILED", "CANCELED", "FINISHED"} - {state}, (
                f"job is {now} instead of {state}: {self.get(f'/jobs/{job}/exceptions')}")
            return now == state
        wait_until(reached, f"job {job} becomes {state}", timeout)

    def completed_checkpoints(self, job):
        answer = self.get(f"/jobs/{job}/checkpoints")
        return answer["counts"]["completed"] if answer else 0

    # ---- processes, for killing them ----

    def supervised(self, role):
        """Pid of "coordinator" or "worker-N"; None while it is being restarted."""
        content = json.loads((self.directory / "data" / "cluster.json").read_text())
        for process in content["processes"]:
            if process["role"] == role:
                return process["pid"] or None
        raise KeyError(role)

    def task_hosts(self):
        """Pids of this cluster's task hosts."""
        workers = {self.supervised(f"worker-{i + 1}") for i in range(self.workers)}
        return [pid for pid, parent, command in processes()
                if parent in workers and "task-host" in command]

    def kill_everything(self):
        """SIGKILL to the supervisor and all below it, at once."""
        content = json.loads((self.directory / "data" / "cluster.json").read_text())
        family = {content["supervisor"]}
        found = processes()
        while True:
            children = {pid for pid, parent, _ in found if parent in family} - family
            if not children:
                break
            family |= children
        for pid in [content["supervisor"], *family]:
            self.kill(pid)
        wait_until(lambda: not family & {pid for pid, _, command in processes() if command[0]},
                   "the killed processes are gone")

    @staticmethod
    def kill(pid):
        """SIGKILL; False when the process was gone already."""
        try:
            os.kill(pid, signal.SIGKILL)
            return True
        except ProcessLookupError:
            return False
